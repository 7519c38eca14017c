//! The laws that every sandbox obeys.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use jittest::domain::{Image, Prepared, RepoPath};
use jittest::sandbox::process::{ProcessConfig, ProcessSandbox};
use jittest::sandbox::{Ending, Input, RunOutput, RunSpec, Sandbox};

use crate::sandbox::{Docker, file, path, prepared, spec, stderr, stdout};

/// One member with its plainest environment, and how many things of its runs are left.
struct Member {
    sandbox: Box<dyn Sandbox>,
    image: Image,
    left: Box<dyn Fn() -> usize>,
    _folder: Option<tempfile::TempDir>,
}

/// Every member. A new sandbox gets a line here.
async fn members() -> Vec<Member> {
    vec![docker().await, process().await]
}

async fn docker() -> Member {
    let Docker { sandbox, owner } = Docker::connect().await;
    let image = prepared(&sandbox).await;
    let left = Box::new(move || crate::sandbox::containers_of(&owner));
    Member { sandbox: Box::new(sandbox), image, left, _folder: None }
}

async fn process() -> Member {
    let folder = tempfile::tempdir().expect("a folder");
    let path = std::env::var("PATH").expect("a PATH");
    let config = ProcessConfig { path, virtual_env: None, folder: Some(folder.path().to_path_buf()) };
    let sandbox = ProcessSandbox::new(config).await;
    let image = prepared(&sandbox).await;
    let at = folder.path().to_path_buf();
    let left = Box::new(move || std::fs::read_dir(&at).expect("the folder").count() + processes_in(&at));
    Member { sandbox: Box::new(sandbox), image, left, _folder: Some(folder) }
}

/// Processes whose environment or arguments name a folder.
fn processes_in(folder: &std::path::Path) -> usize {
    let folder = folder.display().to_string();
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let names =
        |path: std::path::PathBuf| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).contains(&folder);
    processes.filter(|process| names(process.path().join("environ")) || names(process.path().join("cmdline"))).count()
}

impl Member {
    async fn run(&self, argv: &[&str], change: impl FnOnce(&mut RunSpec)) -> RunOutput {
        let mut spec = spec(self.image.clone());
        spec.argv = argv.iter().map(|&argument| argument.to_owned()).collect();
        change(&mut spec);
        let output = self.sandbox.run(&spec).await.expect("the run could be made");
        self.sandbox.settle().await;
        assert_eq!((self.left)(), 0, "{} left something", self.sandbox.name());
        output
    }
}

#[tokio::test]
async fn the_status_and_both_outputs_come_back_apart() {
    for member in members().await {
        let output = member.run(&["sh", "-c", "echo out; echo err >&2; exit 7"], |_| {}).await;
        let said = (output.ending, stdout(&output), stderr(&output));
        assert_eq!(said, (Ending::Exited(7), "out\n".to_owned(), "err\n".to_owned()), "{}", member.sandbox.name());
    }
}

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    for member in members().await {
        let strange = ["a b", "$HOME", "`id`", "'", "", "-x", "ä\n"];
        let argv: Vec<&str> = ["python3", "-c", "import sys; print(sys.argv[1:])"].into_iter().chain(strange).collect();
        let output = member.run(&argv, |_| {}).await;
        assert_eq!(stdout(&output).trim(), r#"['a b', '$HOME', '`id`', "'", '', '-x', 'ä\n']"#, "{}", stderr(&output));
    }
}

#[tokio::test]
async fn a_program_that_is_missing_is_status_127() {
    for member in members().await {
        let output = member.run(&["no-such-program"], |_| {}).await;
        assert_eq!(output.ending, Ending::Exited(127), "{}", member.sandbox.name());
        assert!(stderr(&output).contains("no-such-program"), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn a_signal_is_told() {
    for member in members().await {
        let output = member.run(&["sh", "-c", "kill -SEGV $$"], |_| {}).await;
        assert_eq!(output.ending, Ending::Signalled(11), "{}", member.sandbox.name());
    }
}

#[tokio::test]
async fn what_takes_too_long_is_ended_and_what_it_said_and_wrote_stays() {
    for member in members().await {
        let line = "echo begun; echo kept > out; sleep 100";
        let output = member
            .run(&["sh", "-c", line], |spec| {
                spec.limits.timeout = Duration::from_secs(1);
                spec.collect = vec![path("out")];
            })
            .await;
        assert_eq!((output.ending, stdout(&output)), (Ending::TimedOut, "begun\n".to_owned()));
        assert_eq!(output.files, [(path("out"), b"kept\n".to_vec())], "{}", member.sandbox.name());
    }
}

#[tokio::test]
async fn output_past_its_bound_ends_the_run() {
    for member in members().await {
        let output = member.run(&["yes"], |spec| spec.limits.output = 100_000).await;
        assert_eq!((output.ending, output.stdout.len()), (Ending::OutputLimit, 100_000), "{}", member.sandbox.name());
    }
}

#[tokio::test]
async fn files_and_folders_go_in_and_the_command_starts_among_them() {
    for member in members().await {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/.git")).unwrap();
        std::fs::write(folder.path().join("a/tool"), "#!/bin/sh\necho tool").unwrap();
        std::fs::set_permissions(folder.path().join("a/tool"), std::fs::Permissions::from_mode(0o700)).unwrap();
        std::os::unix::fs::symlink("a/tool", folder.path().join("link")).unwrap();
        let to = RepoPath::parse("base/deep").unwrap();
        let line = "pwd; echo $JITTEST_WORKSPACE; cat base/new.py; base/deep/link; ls -A base/deep/a; echo $X; test -d $HOME -a -d $TMPDIR && echo fine";
        let output = member
            .run(&["sh", "-c", line], |spec| {
                spec.inputs =
                    vec![Input::Folder { from: folder.path().to_path_buf(), to }, file("base/new.py", "x = 1\n")];
                spec.env = vec![("X".to_owned(), "a b".to_owned())];
            })
            .await;
        let said = stdout(&output);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], lines[1], "it starts in the working folder");
        assert_eq!(lines[2..], ["x = 1", "tool", "tool", "a b", "fine"], "{said} {}", stderr(&output));
    }
}

#[tokio::test]
async fn a_later_input_replaces_an_earlier_one() {
    for member in members().await {
        let output =
            member.run(&["cat", "a/x"], |spec| spec.inputs = vec![file("a/x", "old"), file("a/x", "new")]).await;
        assert_eq!(stdout(&output), "new", "{}", member.sandbox.name());
    }
}

#[tokio::test]
async fn only_regular_files_come_out_and_a_missing_one_is_left_out() {
    for member in members().await {
        let line = "mkdir d; echo 1 > d/file; ln -s /etc/passwd link; mkfifo pipe";
        let output = member
            .run(&["sh", "-c", line], |spec| {
                spec.collect = ["d/file", "missing", "link", "pipe", "d"].map(path).to_vec()
            })
            .await;
        assert_eq!(output.files, [(path("d/file"), b"1\n".to_vec())], "{}", member.sandbox.name());
        let refused = output.warnings.iter().filter(|warning| warning.what.ends_with("was not brought out")).count();
        assert_eq!(refused, 3, "{:?}", output.warnings);
    }
}

#[tokio::test]
async fn dropping_a_run_ends_it_and_leaves_nothing() {
    for member in members().await {
        let mut spec = spec(member.image.clone());
        spec.argv = ["sh", "-c", "setsid sleep 1000 & sleep 1000"].map(str::to_owned).to_vec();
        let cut = tokio::time::timeout(Duration::from_secs(2), member.sandbox.run(&spec)).await;
        assert!(cut.is_err(), "it ended by itself");
        let gone = async {
            while (member.left)() > 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), gone).await;
        assert!(waited.is_ok(), "{} left something", member.sandbox.name());
    }
}

#[tokio::test]
async fn runs_at_the_same_time_do_not_see_each_other() {
    for member in members().await {
        let line = "echo $1 > mine; sleep 0.3; cat mine; ls";
        let specs = ["one", "two"].map(|word| spec_of(&member, &["sh", "-c", line, "sh", word]));
        let (one, two) = tokio::join!(member.sandbox.run(&specs[0]), member.sandbox.run(&specs[1]));
        assert_eq!(
            (stdout(&one.unwrap()), stdout(&two.unwrap())),
            ("one\nmine\n".to_owned(), "two\nmine\n".to_owned())
        );
    }
}

fn spec_of(member: &Member, argv: &[&str]) -> RunSpec {
    RunSpec { argv: argv.iter().map(|&argument| argument.to_owned()).collect(), ..spec(member.image.clone()) }
}

#[tokio::test]
async fn preparing_the_same_twice_gives_the_same() {
    for member in members().await {
        assert_eq!(prepared(member.sandbox.as_ref()).await, member.image);
        assert!(!member.sandbox.check().await.unwrap().is_empty());
        assert_eq!(member.sandbox.sweep().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_interpreter_that_is_missing_is_named() {
    let member = process().await;
    let active = jittest::domain::ActiveEnvironment {
        interpreters: vec!["no-such-python".to_owned()],
        ..jittest::domain::ActiveEnvironment::default()
    };
    let spec = jittest::domain::EnvironmentSpec { active, ..Default::default() };
    let Prepared::Failed(step) = member.sandbox.prepare(&spec).await.unwrap() else { panic!("it was found") };
    assert_eq!(step.step, "find no-such-python");
}
