//! Environments: built once by the content of what they are made from, and a step that fails is a value.

use jittest::domain::{EnvironmentSpec, Image, Prepared, SetUpStep};
use jittest::sandbox::{Ending, Sandbox};

use super::{Docker, path, stderr, stdout};

fn run(argv: &[&str]) -> SetUpStep {
    SetUpStep::Run(argv.iter().map(|&argument| argument.to_owned()).collect())
}

fn remove(image: &Image) {
    let removed =
        std::process::Command::new("docker").args(["rmi", "-f", &image.reference]).output().expect("docker is there");
    assert!(removed.status.success(), "{}", String::from_utf8_lossy(&removed.stderr));
}

/// A spec that no earlier test has built.
fn unique(steps: Vec<SetUpStep>) -> EnvironmentSpec {
    let marker = format!("# {}", uuid::Uuid::now_v7());
    EnvironmentSpec { files: vec![(path("marker.txt"), marker.into_bytes())], steps, ..EnvironmentSpec::default() }
}

#[tokio::test]
async fn an_environment_is_built_once_also_for_two_at_a_time_and_its_packages_are_there() {
    let docker = Docker::connect().await;
    let mut spec = unique(vec![
        run(&["python3", "-m", "venv", "/opt/jittest/env/base"]),
        run(&["/opt/jittest/env/base/bin/pip", "install", "-r", "requirements.txt"]),
        SetUpStep::Write { path: "/opt/jittest/env/base/note.txt".to_owned(), content: "a note\n".to_owned() },
        SetUpStep::Shell("id -u > /opt/jittest/who && echo \"$HOME\" >> /opt/jittest/who".to_owned()),
    ]);
    spec.files.push((path("requirements.txt"), b"iniconfig==2.0.0\n".to_vec()));
    let (first, second) = tokio::join!(docker.sandbox.prepare(&spec), docker.sandbox.prepare(&spec));
    let (first, second) = (first.unwrap(), second.unwrap());
    let Prepared::Ready { image, cached: first_cached, .. } = first else { panic!("{first:?}") };
    let Prepared::Ready { image: same, cached: second_cached, .. } = second else { panic!("{second:?}") };
    assert_eq!(image, same);
    assert!(first_cached != second_cached, "exactly one of them builds");

    let line = "/opt/jittest/env/base/bin/python -c 'import iniconfig'; cat /opt/jittest/env/base/note.txt /opt/jittest/who; ls /opt/jittest/env/base/bin/pytest";
    let reference = image.clone();
    let output = docker.run(|spec| {
        spec.image = reference;
        spec.argv = ["sh", "-c", line].map(str::to_owned).to_vec();
    });
    let output = output.await;
    assert!(stdout(&output).starts_with("a note\n0\n"), "{} {}", stdout(&output), stderr(&output));
    assert!(!stderr(&output).contains("ModuleNotFoundError"), "{}", stderr(&output));
    assert_eq!(output.ending, Ending::Exited(2));
    remove(&image);
}

#[tokio::test]
async fn a_step_that_fails_is_named_with_its_last_lines_and_what_to_do() {
    let docker = Docker::connect().await;
    let broken = "printf '\\033[31mfirst\\033[0m\\n'; echo the last words >&2; exit 3";
    let spec = unique(vec![run(&["true"]), SetUpStep::Shell(broken.to_owned()), run(&["true"])]);
    let Prepared::Failed(failed) = docker.sandbox.prepare(&spec).await.unwrap() else { panic!("it was built") };
    assert_eq!(failed.step, broken);
    // The engine promises no order between the two streams.
    let mut tail: Vec<&str> = failed.tail.lines().collect();
    tail.sort_unstable();
    assert_eq!(tail, ["first", "the last words"]);
    assert!(failed.fix.contains("[environment]"), "{}", failed.fix);
}

#[tokio::test]
async fn a_dependency_that_does_not_exist_is_the_repositorys_failure() {
    let docker = Docker::connect().await;
    let pip = ["/opt/jittest/tools/bin/pip", "install", "--target", "/opt/jittest/env/x", "iniconfig==999.0"];
    let Prepared::Failed(failed) = docker.sandbox.prepare(&unique(vec![run(&pip)])).await.unwrap() else {
        panic!("it was built")
    };
    assert!(failed.step.ends_with("iniconfig==999.0"), "{failed:?}");
    assert!(failed.tail.contains("No matching distribution found for iniconfig==999.0"), "{failed:?}");
    assert!(failed.fix.starts_with("correct the dependency"), "{failed:?}");
}

#[tokio::test]
async fn a_base_image_that_is_nowhere_is_the_repositorys_failure() {
    let docker = Docker::connect().await;
    let spec = EnvironmentSpec { base_image: Some("localhost:1/nowhere:1".to_owned()), ..EnvironmentSpec::default() };
    let Prepared::Failed(failed) = docker.sandbox.prepare(&spec).await.unwrap() else { panic!("it was found") };
    assert_eq!(failed.step, "docker pull localhost:1/nowhere:1");
    assert!(failed.fix.contains("[environment] image"), "{failed:?}");
}

#[tokio::test]
async fn a_cancelled_build_holds_nothing_up_and_the_next_one_works() {
    let docker = Docker::connect().await;
    let slow = unique(vec![run(&["sleep", "100"])]);
    let building = docker.sandbox.prepare(&slow);
    assert!(tokio::time::timeout(std::time::Duration::from_secs(3), building).await.is_err(), "it ended by itself");
    let quick = unique(vec![run(&["true"])]);
    let Prepared::Ready { image, .. } = docker.sandbox.prepare(&quick).await.unwrap() else { panic!("it failed") };
    remove(&image);
}
