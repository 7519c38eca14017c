//! The ends of a run that needs no sandbox: what is said where nothing is tested.

use super::*;
use crate::domain::{EnvironmentSpec, Prepared, Verdict};
use crate::sandbox::{RunOutput, RunSpec};

/// Answers nothing, as nothing may be run.
struct NoSandbox;

fn refused<T>() -> Result<T, SandboxError> {
    Err(SandboxError::Missing { program: "a sandbox".to_owned() })
}

#[async_trait::async_trait]
impl Sandbox for NoSandbox {
    fn name(&self) -> &'static str {
        "none"
    }

    fn builds_images(&self) -> bool {
        false
    }

    async fn prepare(&self, _: &EnvironmentSpec) -> Result<Prepared, SandboxError> {
        refused()
    }

    async fn run(&self, _: &RunSpec) -> Result<RunOutput, SandboxError> {
        refused()
    }

    async fn sweep(&self) -> Result<usize, SandboxError> {
        refused()
    }

    async fn check(&self) -> Result<String, SandboxError> {
        refused()
    }
}

struct Silent;

impl Progress for Silent {
    fn at(&self, _: &'static str, _: usize, _: usize, _: &str) {}
}

/// The report on these files, which are all new.
async fn report_on(files: &[(&str, Vec<u8>)], settings: RepositorySettings) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let git = git2::Repository::init(folder.path()).unwrap();
    let author = git2::Signature::now("A", "a@example.org").unwrap();
    let empty = git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap();
    git.commit(Some("HEAD"), &author, &author, "empty", &empty, &[]).unwrap();
    for (path, bytes) in files {
        std::fs::write(folder.path().join(path), bytes).unwrap();
    }
    let source = Source::Local { repository: folder.path().to_owned(), diff: DiffSource::Uncommitted };
    let request = Request {
        source,
        settings,
        title: String::new(),
        body: String::new(),
        targets: Vec::new(),
        dismissed: BTreeSet::new(),
        remembered: None,
        dry_run: false,
        warnings: Vec::new(),
    };
    run(request, &Tools { sandbox: Arc::new(NoSandbox), progress: Arc::new(Silent) }).await.unwrap()
}

fn readme() -> (&'static str, Vec<u8>) {
    ("README.md", b"# Shop\n".to_vec())
}

#[tokio::test]
async fn a_change_without_code_has_nothing_to_test() {
    let report = report_on(&[readme()], RepositorySettings::default()).await;
    assert_eq!(report.verdict, Verdict::NothingToTest);
}

#[tokio::test]
async fn code_that_was_not_looked_at_is_inconclusive() {
    let lines = "\n".repeat(crate::domain::limits::CHANGED_LINES + 1).into_bytes();
    let latin = b"# -*- coding: latin-1 -*-\nNAME = '\xe9'\n".to_vec();
    let broken = b"def a(:\n".to_vec();
    for (name, code) in [("long.py", lines), ("latin.py", latin), ("broken.py", broken), ("back\\slash.py", Vec::new())]
    {
        let report = report_on(&[readme(), (name, code.clone())], RepositorySettings::default()).await;
        assert_eq!(report.verdict, Verdict::Inconclusive, "{name}");
        let said = name.replace('\\', "_");
        assert_eq!(report.causes[0].what, format!("{said} could not be looked at"));
        // What the repository itself leaves out need not be looked at.
        let settings = RepositorySettings { exclude: vec![said], ..RepositorySettings::default() };
        assert_eq!(report_on(&[readme(), (name, code)], settings).await.verdict, Verdict::NothingToTest, "{name}");
    }
}
