//! Files that are no code, grouped by rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{RepoPath, limits};

/// The group that a file belongs to. The order of the variants is the order of the batches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    /// What an image is made of, in one folder.
    Image(String),
    /// GitHub's workflows.
    Workflows,
    /// The settings of other services that build and test.
    Pipelines,
    /// A database's steps, in order.
    Migrations(String),
    /// Everything else in one folder.
    Folder(String),
}

/// Groups of paths, each sorted, in the order of the rules and their folders.
pub(super) fn grouped(paths: &BTreeSet<&RepoPath>) -> Vec<Vec<RepoPath>> {
    let images: BTreeSet<&str> =
        paths.iter().filter(|path| is_dockerfile(path.file_name())).map(|path| path.folder()).collect();
    let mut groups: BTreeMap<Rule, Vec<RepoPath>> = BTreeMap::new();
    for path in paths {
        groups.entry(rule(path, &images)).or_default().push((*path).clone());
    }
    let pieces = |(rule, group): (Rule, Vec<RepoPath>)| match rule {
        Rule::Folder(_) => group.chunks(limits::BATCH_OTHER_FILES).map(<[RepoPath]>::to_vec).collect(),
        _ => vec![group],
    };
    groups.into_iter().flat_map(pieces).collect()
}

fn rule(path: &RepoPath, images: &BTreeSet<&str>) -> Rule {
    let (name, folder) = (path.file_name(), path.folder());
    if images.contains(folder) && (is_dockerfile(name) || is_compose(name) || name == ".dockerignore") {
        return Rule::Image(folder.to_owned());
    }
    if folder == ".github/workflows" && is_yaml(name) {
        return Rule::Workflows;
    }
    if path.as_str() == ".gitlab-ci.yml" || path.as_str().starts_with(".circleci/") {
        return Rule::Pipelines;
    }
    if let Some(migrations) = migrations_folder(folder).filter(|_| has_ending(name, "sql")) {
        return Rule::Migrations(migrations.to_owned());
    }
    Rule::Folder(folder.to_owned())
}

fn is_dockerfile(name: &str) -> bool {
    name == "Dockerfile" || name.starts_with("Dockerfile.") || has_ending(name, "dockerfile")
}

fn is_compose(name: &str) -> bool {
    is_yaml(name) && (name.starts_with("docker-compose") || name.starts_with("compose."))
}

fn is_yaml(name: &str) -> bool {
    has_ending(name, "yml") || has_ending(name, "yaml")
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
}

/// The innermost `migrations/` or `migration/` that a folder is or lies in.
fn migrations_folder(folder: &str) -> Option<&str> {
    let mut at = folder;
    loop {
        let (above, name) = at.rsplit_once('/').unwrap_or(("", at));
        if name == "migrations" || name == "migration" {
            return Some(at);
        }
        if above.is_empty() {
            return None;
        }
        at = above;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(paths: &[&str]) -> Vec<Vec<String>> {
        let paths: Vec<RepoPath> = paths.iter().map(|path| RepoPath::parse(path).unwrap()).collect();
        let groups = grouped(&paths.iter().collect());
        groups.into_iter().map(|group| group.into_iter().map(String::from).collect()).collect()
    }

    #[test]
    fn an_image_is_its_dockerfile_its_compose_files_and_what_it_ignores() {
        let groups = group(&[
            ".dockerignore",
            "Dockerfile",
            "compose.yaml",
            "docker-compose.test.yml",
            "web/Dockerfile.dev",
            "web/package.json",
            "db/docker-compose.yml",
        ]);
        assert_eq!(groups[0], [".dockerignore", "Dockerfile", "compose.yaml", "docker-compose.test.yml"]);
        assert_eq!(groups[1], ["web/Dockerfile.dev"]);
        assert_eq!(groups[2..], [vec!["db/docker-compose.yml"], vec!["web/package.json"]]);
    }

    #[test]
    fn workflows_pipelines_and_migrations_are_groups_of_their_own() {
        let groups = group(&[
            ".circleci/config.yml",
            ".github/CODEOWNERS",
            ".github/workflows/lint.yaml",
            ".github/workflows/test.yml",
            ".gitlab-ci.yml",
            "app/migration/one.sql",
            "db/migrations/002.sql",
            "db/migrations/001.sql",
            "db/migrations/old/000.sql",
            "db/seed.sql",
        ]);
        assert_eq!(
            groups,
            [
                vec![".github/workflows/lint.yaml", ".github/workflows/test.yml"],
                vec![".circleci/config.yml", ".gitlab-ci.yml"],
                vec!["app/migration/one.sql"],
                vec!["db/migrations/001.sql", "db/migrations/002.sql", "db/migrations/old/000.sql"],
                vec![".github/CODEOWNERS"],
                vec!["db/seed.sql"],
            ]
        );
    }

    #[test]
    fn the_rest_is_grouped_by_folder_twenty_at_most() {
        let names: Vec<String> = (0..45).map(|n| format!("docs/{n:02}.md")).chain(["README.md".to_owned()]).collect();
        let groups = group(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(groups.iter().map(Vec::len).collect::<Vec<_>>(), [1, 20, 20, 5]);
    }
}
