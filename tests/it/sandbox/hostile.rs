//! Code that attacks: contained, reported as what it is, nothing lost, and the next run works.

use std::time::Duration;

use jittest::sandbox::{Ending, RunSpec};

use super::{Docker, file, path, stderr, stdout};

/// That nothing was harmed: another run works.
async fn the_next_run_works(docker: &Docker) {
    let output = docker.shell("echo fine").await;
    assert_eq!((output.ending, stdout(&output).as_str()), (Ending::Exited(0), "fine\n"));
}

fn seconds(seconds: u64) -> impl FnOnce(&mut RunSpec) {
    move |spec| spec.limits.timeout = Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_fork_bomb_ends_with_its_time_and_what_was_written_before_comes_out() {
    let docker = Docker::connect().await;
    let program = r#"
import os
open("before", "w").write("kept")
while True:
    try:
        os.fork()
    except OSError:
        pass
"#;
    let output = docker
        .python(program, |spec| {
            spec.limits.timeout = Duration::from_secs(3);
            spec.collect = vec![path("before")];
        })
        .await;
    assert_eq!(output.ending, Ending::TimedOut);
    let came_out = output.files == [(path("before"), b"kept".to_vec())];
    assert!(came_out || output.warnings.iter().any(|warning| warning.what == "no file was brought out"), "{output:?}");
    the_next_run_works(&docker).await;
}

#[tokio::test]
async fn processes_are_counted() {
    let docker = Docker::connect().await;
    let program = r#"
import subprocess
started = []
try:
    while len(started) < 200:
        started.append(subprocess.Popen(["sleep", "30"]))
except OSError as error:
    print("refused" if len(started) < 64 else "too many")
"#;
    let output = docker.python(program, |_| {}).await;
    assert_eq!(stdout(&output), "refused\n", "{}", stderr(&output));
}

#[tokio::test]
async fn a_memory_bomb_is_out_of_memory() {
    let docker = Docker::connect().await;
    let program = "kept = []\nwhile True: kept.append(bytearray(16 << 20))";
    let output = docker.python(program, |_| {}).await;
    assert_eq!(output.ending, Ending::OutOfMemory, "{}", stderr(&output));
    the_next_run_works(&docker).await;
}

#[tokio::test]
async fn a_parent_that_outlives_the_memory_bomb_of_its_child_goes_on_and_it_is_said() {
    let docker = Docker::connect().await;
    let program = r#"
import os, sys
if os.fork() == 0:
    kept = []
    while True: kept.append(bytearray(16 << 20))
_, status = os.wait()
print("child:", os.waitstatus_to_exitcode(status))
open("result", "w").write("kept")
"#;
    let output = docker.python(program, |spec| spec.collect = vec![path("result")]).await;
    assert_eq!(output.ending, Ending::Exited(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "child: -9\n");
    assert_eq!(output.files, [(path("result"), b"kept".to_vec())]);
    assert!(output.warnings.iter().any(|warning| warning.what.contains("killed for memory")), "{:?}", output.warnings);
}

#[tokio::test]
async fn a_disk_filler_meets_a_full_disk_and_nothing_else() {
    let docker = Docker::connect().await;
    let program = r#"
import errno
for folder in ("/workspace", "/tmp"):
    written = 0
    try:
        with open(folder + "/big", "wb") as big:
            while True:
                written += big.write(bytes(1 << 20))
    except OSError as error:
        print(folder, errno.errorcode[error.errno], written <= 64 << 20)
    try:
        for number in range(1_000_000):
            open(f"{folder}/{number}", "w").close()
    except OSError as error:
        print(folder, errno.errorcode[error.errno])
"#;
    let output = docker.python(program, |_| {}).await;
    let expected = "/workspace ENOSPC True\n/workspace ENOSPC\n/tmp ENOSPC True\n/tmp ENOSPC\n";
    assert_eq!((output.ending, stdout(&output).as_str()), (Ending::Exited(0), expected), "{}", stderr(&output));
    the_next_run_works(&docker).await;
}

#[tokio::test]
async fn endless_output_is_cut_at_its_bound() {
    let docker = Docker::connect().await;
    let output = docker.shell("yes to standard error >&2 & yes to standard output").await;
    assert_eq!(output.ending, Ending::OutputLimit);
    assert_eq!(output.stdout.len() + output.stderr.len(), 1 << 20);
    the_next_run_works(&docker).await;
}

#[tokio::test]
async fn what_never_ends_is_ended_and_what_it_said_and_wrote_comes_out() {
    let docker = Docker::connect().await;
    let program = r#"
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
print("begun", flush=True)
open("journal", "w").write("one line")
while True: time.sleep(1)
"#;
    let output = docker
        .python(program, |spec| {
            spec.limits.timeout = Duration::from_secs(2);
            spec.collect = vec![path("journal")];
        })
        .await;
    assert_eq!((output.ending, stdout(&output).as_str()), (Ending::TimedOut, "begun\n"));
    assert_eq!(output.files, [(path("journal"), b"one line".to_vec())]);
}

#[tokio::test]
async fn a_test_that_kills_everything_it_can_kills_only_itself() {
    let docker = Docker::connect().await;
    let program = r#"
import os, signal
open("before", "w").write("kept")
try:
    os.kill(1, signal.SIGKILL)
except OSError:
    print("init: refused", flush=True)
os.kill(os.getppid(), signal.SIGKILL)
os.kill(-1, signal.SIGKILL)
os.kill(os.getpid(), signal.SIGKILL)
"#;
    let output = docker
        .python(program, |spec| {
            seconds(20)(spec);
            spec.collect = vec![path("before")];
        })
        .await;
    assert_eq!(output.ending, Ending::Signalled(9));
    assert_eq!(stdout(&output), "init: refused\n");
    assert_eq!(output.files, [(path("before"), b"kept".to_vec())]);
    the_next_run_works(&docker).await;
}

#[tokio::test]
async fn daemons_that_are_left_running_hold_nothing_up() {
    let docker = Docker::connect().await;
    let output = docker.shell("setsid sleep 300 & setsid sleep 300 >/dev/null 2>&1 </dev/null & echo done").await;
    assert_eq!((output.ending, stdout(&output).as_str()), (Ending::Exited(0), "done\n"));
    assert!(output.usage.wall < Duration::from_secs(60), "it waited for them: {:?}", output.usage.wall);
}

#[tokio::test]
async fn tricks_with_what_is_brought_out_bring_out_nothing() {
    let docker = Docker::connect().await;
    let program = r#"
import os
os.symlink("/etc/passwd", "link")
os.symlink("/etc", "folder-link")
os.mkfifo("pipe")
os.mkdir("folder")
open("real", "w").write("real")
os.link("real", "hard")
with open("sparse", "w") as sparse:
    sparse.truncate(1 << 40)
open("fine", "w").write("fine")
os.mkdir("-C"); open("-C/x", "w").write("option")
"#;
    let names = ["link", "pipe", "folder", "hard", "-C/x", "fine", "missing"];
    let output = docker.python(program, |spec| spec.collect = names.map(path).to_vec()).await;
    let came: Vec<&str> = output.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(came, ["hard", "-C/x", "fine"]);
    let refused: Vec<&str> = output.warnings.iter().map(|warning| warning.what.as_str()).collect();
    assert_eq!(refused, ["link was not brought out", "pipe was not brought out", "folder was not brought out"]);
    let sparse = docker.python(program, |spec| spec.collect = vec![path("fine"), path("sparse")]).await;
    assert_eq!(sparse.files, [(path("fine"), b"fine".to_vec())]);
    assert_eq!(sparse.warnings[0].what, "sparse was not brought out", "{:?}", sparse.warnings);
}

#[tokio::test]
async fn links_in_a_repository_lead_nowhere() {
    let docker = Docker::connect().await;
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/etc/shadow", folder.path().join("absolute")).unwrap();
    std::os::unix::fs::symlink("../../../etc/shadow", folder.path().join("relative")).unwrap();
    std::fs::write(folder.path().join("code.py"), "x = 1").unwrap();
    let input = jittest::sandbox::Input::Folder { from: folder.path().to_path_buf(), to: path("head") };
    let output = docker
        .run(|spec| {
            spec.argv = ["ls", "head"].map(str::to_owned).to_vec();
            spec.inputs = vec![input, file("head/tests/test_new.py", "")];
        })
        .await;
    assert_eq!(stdout(&output), "code.py\ntests\n");
    assert!(output.warnings[0].what.starts_with("2 paths left out"), "{:?}", output.warnings);
}

#[tokio::test]
async fn files_that_do_not_fit_are_told_before_anything_runs() {
    let docker = Docker::connect().await;
    let mut spec = super::spec(super::prepared(&docker.sandbox).await);
    spec.inputs = vec![file("big", &"x".repeat(65 << 20))];
    let output = jittest::sandbox::Sandbox::run(&docker.sandbox, &spec).await.unwrap();
    let Ending::DoesNotFit { bytes, room } = output.ending else { panic!("{:?}", output.ending) };
    assert!(bytes >= 65 << 20 && room <= 64 << 20, "{bytes} in {room}");
    assert_eq!(docker.containers(), 0);
}
