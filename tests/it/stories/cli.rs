//! The command line: what other programs rely on. Real git repositories, the real program; nothing here needs a
//! sandbox that runs anything.

use std::path::Path;
use std::process::{Command, Output};

use git2::{IndexAddOption, Repository, Signature};
use tempfile::TempDir;

pub(super) struct Project {
    folder: TempDir,
    data: TempDir,
}

const BEFORE: &str = "def total(prices):\n    \"\"\"The sum.\"\"\"\n    result = 0\n    for price in prices:\n        result += price\n    return result\n";
const AFTER: &str = "def total(prices):\n    \"\"\"The sum.\"\"\"\n    result = prices[0]\n    for price in prices[1:]:\n        result += price\n    return result\n";

impl Project {
    /// A repository with one commit.
    pub(super) fn new() -> Self {
        let project =
            Self { folder: tempfile::tempdir().expect("a folder"), data: tempfile::tempdir().expect("a folder") };
        Repository::init(project.path()).expect("a repository");
        project.write("shop/__init__.py", "");
        project.write("shop/cart.py", BEFORE);
        project.stage();
        project.commit("First");
        project
    }

    /// A repository with two commits, each the content of a folder.
    pub(super) fn of(base: &Path, head: &Path) -> Self {
        let project =
            Self { folder: tempfile::tempdir().expect("a folder"), data: tempfile::tempdir().expect("a folder") };
        Repository::init(project.path()).expect("a repository");
        for (folder, message) in [(base, "First"), (head, "Change")] {
            project.become_as(folder);
            project.stage();
            project.commit(message);
        }
        project
    }

    /// The work tree becomes what a folder holds.
    fn become_as(&self, folder: &Path) {
        for (path, text) in files(folder) {
            self.write(&path, &text);
        }
        for (path, _) in files(self.path()).iter().filter(|(path, _)| !path.starts_with(".git/")) {
            if !folder.join(path).exists() {
                std::fs::remove_file(self.path().join(path)).expect("a repository");
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let file = self.path().join(path);
        std::fs::create_dir_all(file.parent().expect("a repository")).expect("a repository");
        std::fs::write(file, text).expect("a repository");
    }

    pub(super) fn stage(&self) {
        // The index only knows its work tree while the repository is open.
        let repository = Repository::open(self.path()).expect("a repository");
        let mut index = repository.index().expect("a repository");
        index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("a repository");
        index.write().expect("a repository");
    }

    pub(super) fn commit(&self, message: &str) {
        let repository = Repository::open(self.path()).expect("a repository");
        let tree = repository
            .find_tree(repository.index().expect("a repository").write_tree().expect("a repository"))
            .expect("a repository");
        let who = Signature::now("A Developer", "developer@example.com").expect("a repository");
        let parent = repository.head().ok().map(|head| head.peel_to_commit().expect("a repository"));
        let parents: Vec<_> = parent.iter().collect();
        repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents).expect("a repository");
    }

    pub(super) fn jittest(&self, args: &[&str]) -> Said {
        let store = format!("sqlite://{}", self.data.path().join("history.db").display());
        Said::from(self.command(args).env("JITTEST_DATABASE_URL", store).output().expect("the program"))
    }

    /// The program, with no setting but a home of its own.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jittest"));
        command.args(args).current_dir(self.path()).env("HOME", self.data.path());
        command.env_remove("JITTEST_GITHUB_APP_ID").env_remove("JITTEST_DATABASE_URL");
        command
    }

    /// Everything below the repository, `.git` included, with its content.
    pub(super) fn fingerprint(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a repository") {
                let path = entry.expect("a repository").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.display().to_string(), std::fs::read(&path).expect("a repository")));
                }
            }
        }
        files.sort();
        files
    }
}

/// Text files below a folder, by their path in it.
fn files(folder: &Path) -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("a folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                found.push((path.strip_prefix(folder).expect("below").display().to_string(), text));
            }
        }
    }
    found
}

/// What the program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("it ends by itself"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

#[test]
fn with_nothing_staged_there_is_nothing_to_do() {
    let said = Project::new().jittest(&["run", "--sandbox", "process"]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.out.contains("No changes detected for diff source: staged"), "{said:?}");
}

#[test]
fn the_words_that_people_search_for_are_said_with_every_form_of_report() {
    let said = Project::new().jittest(&["run", "--sandbox", "process", "--report", "json"]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.err.contains("No changes detected for diff source: staged"), "{said:?}");
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("standard output is the report alone");
    assert_eq!(report["verdict"], "nothing_to_test");
}

#[test]
fn a_change_that_may_not_be_tested_is_nothing_to_test() {
    let project = Project::new();
    project.write("jittest.toml", "mutate-targets = [\"other/**\"]\n");
    project.write("shop/cart.py", AFTER);
    project.stage();
    let said = project.jittest(&["run", "--sandbox", "process"]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.out.contains("No files matching mutate-targets in current diff"), "{said:?}");
}

#[test]
fn a_folder_without_a_repository_is_a_wrong_call() {
    let project = Project::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().display().to_string();
    let said = project.jittest(&["run", "--sandbox", "process", "--repo", &path]);
    assert_eq!(said.status, 2, "{said:?}");
    assert!(said.err.contains(&format!("Not a git repository: {path}")), "{said:?}");
}

#[test]
fn a_wrong_call_is_said_in_one_line() {
    let project = Project::new();
    for (args, words) in [
        (vec!["run", "--diff", "yesterday"], "expected staged, uncommitted"),
        (vec!["run", "--diff", "nosuch..HEAD", "--sandbox", "process"], "nosuch"),
        (vec!["run", "--report", "html"], "expected console, md, json"),
        (vec!["run", "--report", "json", "--report", "sarif"], "only one of json, sarif and junit"),
        (vec!["run", "--engine", "model"], "supports no language model"),
        (vec!["run", "--engine", "fast"], "possible values: auto, offline, model, both"),
        (vec!["run", "--max-parallel", "0"], "0 is not in 1..=32"),
        (vec!["run", "--all", "--diff", "staged"], "cannot be used with"),
        (vec!["run", "--config", "nosuch.toml"], "nosuch.toml"),
        (vec!["run", "--body-file", "nosuch.md"], "nosuch.md"),
        (vec!["run", "--dry-run", "--report", "json"], "--dry-run finds out nothing to report"),
        (vec!["doctor", "--repo", "nosuch"], "nosuch: there is no such folder"),
        (vec!["history", "--min-coverage", "200"], "a number from 0 to 100"),
        (vec!["dance"], "dance"),
    ] {
        let said = project.jittest(&args);
        assert_eq!(said.status, 2, "{args:?}: {said:?}");
        let errors: Vec<&str> = said.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(errors.len() == 1 && errors[0].contains(words), "{args:?}: {said:?}");
        assert_eq!(said.out, "", "{args:?}");
    }
}

#[test]
fn each_mistake_in_the_settings_is_said_with_its_line() {
    let project = Project::new();
    project.write("jittest.toml", "drafts = 1\n\n[sandbox]\nmemory = \"lots\"\n");
    let said = project.jittest(&["run", "--sandbox", "process"]);
    assert_eq!(said.status, 2, "{said:?}");
    assert!(said.err.contains("jittest.toml line 1: ") && said.err.contains("jittest.toml line 4: "), "{said:?}");
}

#[test]
fn a_dry_run_prints_the_intent_and_runs_nothing() {
    let project = Project::new();
    project.write("shop/cart.py", AFTER);
    project.stage();
    let said = project.jittest(&["run", "--sandbox", "process", "--dry-run", "--title", "Refactor the total"]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.out.starts_with("Intent\n") && said.out.contains("total"), "{said:?}");
    assert!(said.out.contains("Inferred by: offline"), "{said:?}");
    let history = project.jittest(&["history"]);
    assert_eq!((history.status, history.out.as_str()), (0, "No generated tests in the last 30 days.\n"));
}

#[test]
fn what_the_only_commit_says_below_its_first_line_is_its_description() {
    let project = Project::new();
    project.write("shop/cart.py", AFTER);
    project.stage();
    project.commit("Total of the cart\n\nThe total now rounds half up.");
    let dry_run = |more: &[&str]| {
        let arguments = ["run", "--sandbox", "process", "--dry-run", "--diff", "HEAD~1"];
        project.jittest(&[&arguments, more].concat()).out
    };
    assert!(dry_run(&[]).contains("The total now rounds half up."));
    project.write("body.md", "The total is never negative.");
    let body = project.path().join("body.md").display().to_string();
    let said = dry_run(&["--body-file", &body]);
    assert!(said.contains("never negative") && !said.contains("half up"), "{said}");
    project.write("README.md", "Two\n");
    project.stage();
    project.commit("Second\n\nThe total now rounds half down.");
    let said = project.jittest(&["run", "--sandbox", "process", "--dry-run", "--diff", "HEAD~2"]).out;
    assert!(!said.contains("half"), "{said}");
}

#[test]
fn the_end_of_a_description_that_is_too_long_is_not_dropped_silently() {
    let project = Project::new();
    project.write("shop/cart.py", AFTER);
    project.stage();
    project.write("body.md", &"x".repeat(65_536));
    let body = project.path().join("body.md").display().to_string();
    let said = project.jittest(&["run", "--sandbox", "process", "--dry-run", "--body-file", &body]);
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.err.contains("body.md was not read — a description has at most 65535 bytes"), "{said:?}");
}

#[test]
fn the_doctor_looks_at_the_settings_that_a_service_would_have() {
    let project = Project::new();
    project.write(".env", "JITTEST_GITHUB_APP_ID=7\nJITTEST_DATABASE_URL=sqlite://service.db\n");
    let said = Said::from(project.command(&["doctor"]).output().unwrap());
    assert!(said.out.contains("github: JITTEST_GITHUB_PRIVATE_KEY is not set"), "{said:?}");
    assert!(project.path().join("service.db").exists(), "another store was asked: {said:?}");
    let project = Project::new();
    project.write("service.toml", "github-app-id = \"7\"\ndatabase-url = \"sqlite://named.db\"\n");
    let said = Said::from(project.command(&["doctor", "--settings", "service.toml"]).output().unwrap());
    assert!(said.out.contains("github: JITTEST_GITHUB_PRIVATE_KEY is not set"), "{said:?}");
    assert!(project.path().join("named.db").exists(), "another store was asked: {said:?}");
    assert_eq!(said.status, 1, "{said:?}");
}

#[test]
fn nothing_in_the_repository_is_changed() {
    let project = Project::new();
    project.write("shop/cart.py", AFTER);
    project.stage();
    project.write("untracked.py", "x = 1\n");
    let before = project.fingerprint();
    for diff in ["staged", "uncommitted", "branch:HEAD"] {
        project.jittest(&["run", "--sandbox", "process", "--dry-run", "--diff", diff]);
    }
    assert!(project.fingerprint() == before, "the repository was changed");
}

#[test]
fn no_colour_and_no_bar_where_there_is_no_terminal() {
    let project = Project::new();
    project.write("shop/cart.py", AFTER);
    project.stage();
    let said = project.jittest(&["run", "--sandbox", "process", "--dry-run"]);
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'), "{said:?}");
    assert!(said.err.contains("checkout: "), "{said:?}");
}

#[test]
fn every_command_has_examples_in_its_help() {
    let project = Project::new();
    let top = project.jittest(&["--help"]);
    assert_eq!(top.status, 0);
    let commands = top.out.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = commands.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        let help = project.jittest(&[name, "--help"]);
        assert_eq!(help.status, 0, "{name}");
        assert!(help.out.contains(&format!("Examples:\n  jittest {name}")), "{name}: {}", help.out);
    }
}

#[test]
fn a_history_that_can_not_be_opened_is_a_failure_of_the_tool() {
    let project = Project::new();
    let said = Command::new(env!("CARGO_BIN_EXE_jittest"))
        .args(["history"])
        .env("JITTEST_DATABASE_URL", "mysql://user:pass@host/db")
        .current_dir(project.path())
        .output()
        .unwrap();
    let said = Said::from(said);
    assert_eq!(said.status, 4, "{said:?}");
    assert!(said.err.contains("not a database URL") && !said.err.contains("pass"), "{said:?}");
}
