//! What a file that is no source file of a mapped language is for, and its format, by its path.

use crate::domain::{FileCategory, RepoPath};

use FileCategory::{Code, Config, Data, Docs, Infra, Markup, Script};

/// Ends of names, the format, and what it is for.
const BY_ENDING: &[(&str, &str, FileCategory)] = &[
    ("md", "markdown", Docs),
    ("markdown", "markdown", Docs),
    ("rst", "restructuredtext", Docs),
    ("adoc", "asciidoc", Docs),
    ("txt", "text", Docs),
    ("pdf", "pdf", Docs),
    ("toml", "toml", Config),
    ("yaml", "yaml", Config),
    ("yml", "yaml", Config),
    ("ini", "ini", Config),
    ("cfg", "ini", Config),
    ("conf", "text", Config),
    ("properties", "properties", Config),
    ("env", "dotenv", Config),
    ("json", "json", Config),
    ("jsonc", "json", Config),
    ("json5", "json", Config),
    ("lock", "text", Config),
    ("mod", "gomod", Config),
    ("sum", "text", Config),
    ("gradle", "gradle", Config),
    ("csproj", "xml", Config),
    ("sln", "text", Config),
    ("xml", "xml", Config),
    ("tf", "terraform", Infra),
    ("tfvars", "terraform", Infra),
    ("hcl", "hcl", Infra),
    ("dockerfile", "dockerfile", Infra),
    ("sql", "sql", Data),
    ("csv", "csv", Data),
    ("tsv", "csv", Data),
    ("parquet", "binary", Data),
    ("ndjson", "json", Data),
    ("jsonl", "json", Data),
    ("db", "binary", Data),
    ("proto", "protobuf", Data),
    ("graphql", "graphql", Data),
    ("sh", "shell", Script),
    ("bash", "shell", Script),
    ("zsh", "shell", Script),
    ("fish", "shell", Script),
    ("ps1", "powershell", Script),
    ("bat", "batch", Script),
    ("cmd", "batch", Script),
    ("mk", "makefile", Script),
    ("html", "html", Markup),
    ("htm", "html", Markup),
    ("css", "css", Markup),
    ("scss", "css", Markup),
    ("sass", "css", Markup),
    ("less", "css", Markup),
    ("svg", "svg", Markup),
    ("jinja", "template", Markup),
    ("j2", "template", Markup),
    ("hbs", "template", Markup),
    ("ejs", "template", Markup),
    ("cshtml", "template", Markup),
    ("razor", "template", Markup),
    ("c", "c", Code),
    ("h", "c", Code),
    ("cc", "cpp", Code),
    ("cpp", "cpp", Code),
    ("hpp", "cpp", Code),
    ("rb", "ruby", Code),
    ("php", "php", Code),
    ("swift", "swift", Code),
    ("kt", "kotlin", Code),
    ("kts", "kotlin", Code),
    ("scala", "scala", Code),
    ("ex", "elixir", Code),
    ("exs", "elixir", Code),
    ("vue", "vue", Code),
    ("svelte", "svelte", Code),
    ("lua", "lua", Code),
    ("pyi", "python-stub", Code),
    ("pyx", "cython", Code),
    ("r", "r", Code),
    ("dart", "dart", Code),
];

/// What a file is for, and its format. One with no known ending is text for people.
pub(super) fn of(path: &RepoPath) -> (FileCategory, &'static str) {
    let name = path.file_name().to_ascii_lowercase();
    if let Some(known) = by_name(path.as_str(), &name) {
        return known;
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let found = BY_ENDING.iter().find(|(known, _, _)| *known == ending);
    found.map_or((Docs, "text"), |(_, format, category)| (*category, format))
}

fn by_name(path: &str, name: &str) -> Option<(FileCategory, &'static str)> {
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if name.starts_with("dockerfile") || name == "containerfile" || name == ".dockerignore" {
        return Some((Infra, "dockerfile"));
    }
    if is_yaml && (name.starts_with("docker-compose") || name.starts_with("compose.")) {
        return Some((Infra, "yaml"));
    }
    let is_pipeline =
        path.starts_with(".github/workflows/") || path.starts_with(".circleci/") || name == ".gitlab-ci.yml";
    if is_yaml && is_pipeline {
        return Some((Infra, "yaml"));
    }
    match name {
        "makefile" | "gnumakefile" | "justfile" => Some((Script, "makefile")),
        "jenkinsfile" | "vagrantfile" | "procfile" => Some((Infra, "text")),
        "license" | "readme" | "changelog" | "authors" | "notice" => Some((Docs, "text")),
        _ if name.starts_with("requirements") && name.ends_with(".txt") => Some((Config, "text")),
        _ if name.starts_with('.') && !name[1..].contains('.') => Some((Config, "text")),
        _ if path.contains("/fixtures/") && name.ends_with(".json") => Some((Data, "json")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_name_and_ending() {
        let category = |path: &str| of(&RepoPath::parse(path).unwrap()).0;
        for (path, expected) in [
            ("Dockerfile", Infra),
            ("api/Dockerfile.dev", Infra),
            ("docker-compose.yml", Infra),
            (".github/workflows/ci.yml", Infra),
            ("config/app.yml", Config),
            (".gitignore", Config),
            ("requirements-dev.txt", Config),
            ("README.md", Docs),
            ("notes", Docs),
            ("migrations/0001.sql", Data),
            ("deploy.sh", Script),
            ("Makefile", Script),
            ("index.html", Markup),
            ("main.c", Code),
        ] {
            assert_eq!(category(path), expected, "{path}");
        }
    }
}
