//! What a container is denied, and what it is given.

use jittest::sandbox::Ending;

use super::{Docker, connect_as, containers_of, prepared, spec, stderr, stdout};
use jittest::sandbox::Sandbox;

#[tokio::test]
async fn the_code_under_test_is_nobody_and_can_become_nobody_else() {
    let docker = Docker::connect().await;
    let output = docker.shell("id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status").await;
    let said = stdout(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "1000");
    for line in ["CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(lines.contains(&line), "{line:?} is not in {said}");
    }
}

#[tokio::test]
async fn only_the_working_folder_and_tmp_can_be_written() {
    let docker = Docker::connect().await;
    let output = docker
        .shell("for d in / /etc /usr /opt /opt/jittest/env /var /home /dev/shm; do touch $d/x 2>/dev/null && echo $d; done; touch /workspace/x /tmp/x ~/x $TMPDIR/x && echo fine")
        .await;
    assert_eq!(stdout(&output), "fine\n", "{}", stderr(&output));
}

#[tokio::test]
async fn there_is_no_network_but_loopback_works() {
    let docker = Docker::connect().await;
    let program = r#"
import socket
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError as error:
    print("connect:", error.strerror)
try:
    socket.getaddrinfo("pypi.org", 443)
except OSError:
    print("resolve: refused")
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname(), 2)
print("loopback: fine")
print("interfaces:", [name for _, name in socket.if_nameindex() if name == "eth0"])
"#;
    let output = docker.python(program, |_| {}).await;
    let expected = "connect: Network is unreachable\nresolve: refused\nloopback: fine\ninterfaces: []\n";
    assert_eq!(stdout(&output), expected, "{}", stderr(&output));
}

#[tokio::test]
async fn nothing_of_the_host_is_mounted() {
    let docker = Docker::connect().await;
    let output = docker.shell("grep -E ' (ext4|xfs|btrfs|overlay) ' /proc/self/mounts | cut -d ' ' -f 2").await;
    let mounted = stdout(&output);
    // The engine's own: its init, and three files for names.
    let expected =
        ["/", "/usr/sbin/docker-init", "/sbin/docker-init", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];
    assert!(mounted.lines().all(|mount| expected.contains(&mount)), "{mounted}");
    let sockets = docker.shell("ls /var/run/docker.sock /run/docker.sock /host /mnt/* 2>/dev/null").await;
    assert_eq!(stdout(&sockets), "");
}

#[tokio::test]
async fn a_run_says_what_it_used() {
    let docker = Docker::connect().await;
    let program = "x = bytearray(50 << 20)\nsum(range(5_000_000))\nopen('out', 'w').write('12345')";
    let output = docker.python(program, |spec| spec.collect = vec![super::path("out")]).await;
    assert_eq!(output.ending, Ending::Exited(0), "{}", stderr(&output));
    assert!(output.usage.cpu.is_some_and(|cpu| !cpu.is_zero()), "{:?}", output.usage);
    assert!(output.usage.peak_memory.is_some_and(|peak| peak > 50 << 20), "{:?}", output.usage);
    assert_eq!(output.usage.bytes_out, 5);
    assert!(!output.usage.wall.is_zero());
}

#[tokio::test]
async fn leftovers_of_a_dead_process_are_swept_and_those_of_a_living_one_and_of_others_stay() {
    let docker = Docker::connect().await;
    let make = |owner: &str, process: &str| {
        let labels = [format!("jittest.owner={owner}"), format!("jittest.process={process}")];
        let image = std::env::var("JITTEST_SANDBOX_IMAGE").unwrap_or_else(|_| "jittest-sandbox".to_owned());
        let arguments =
            ["run", "-d", "--network", "none", "--label", &labels[0], "--label", &labels[1], &image, "sleep", "300"];
        let made = std::process::Command::new("docker").args(arguments).output().expect("docker is there");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8_lossy(&made.stdout).trim().to_owned()
    };
    let other = format!("{}-other", docker.owner);
    let stranger = make(&other, "an-earlier-boot.1/1/1");
    make(&docker.owner, "an-earlier-boot.1/1/1");
    // A second sandbox of the same owner in this living process, with a run under way.
    let second = connect_as(&docker.owner).await;
    let mut long = spec(prepared(&second).await);
    long.argv = vec!["sleep".to_owned(), "300".to_owned()];
    let running = tokio::spawn(async move { second.run(&long).await.map(|output| output.ending) });
    while docker.containers() < 2 {
        tokio::task::yield_now().await;
    }

    assert_eq!(docker.sandbox.sweep().await.unwrap(), 1);
    assert_eq!(docker.containers(), 1);
    assert_eq!(containers_of(&other), 1);
    running.abort();
    while docker.containers() > 0 {
        tokio::task::yield_now().await;
    }
    let removed = std::process::Command::new("docker").args(["rm", "-f", &stranger]).output().expect("docker is there");
    assert!(removed.status.success());
}

#[tokio::test]
async fn a_place_made_ahead_is_taken_by_the_run_it_is_for_and_given_up_where_none_comes() {
    let docker = Docker::connect().await;
    let mut run = spec(prepared(&docker.sandbox).await);
    run.argv = ["cat", "/etc/hostname"].map(str::to_owned).to_vec();
    let made = docker.sandbox.ahead(&run.image, &run.limits, &run.purpose);
    while docker.containers() < 1 {
        tokio::task::yield_now().await;
    }
    let filter = format!("label=jittest.owner={}", docker.owner);
    let listed = std::process::Command::new("docker").args(["ps", "-aq", "--filter", &filter]).output().unwrap();
    let waiting = String::from_utf8_lossy(&listed.stdout).trim().to_owned();

    let mut other = run.clone();
    other.limits.processes += 1;
    run.limits.timeout += std::time::Duration::from_secs(1);
    let name = |output: jittest::sandbox::RunOutput| stdout(&output).trim().to_owned();
    assert_ne!(name(docker.sandbox.run(&other).await.unwrap()), waiting, "it has other limits");
    assert_eq!(name(docker.sandbox.run(&run).await.unwrap()), waiting);
    assert_ne!(name(docker.sandbox.run(&run).await.unwrap()), waiting, "it was used before");
    drop(made);

    drop(docker.sandbox.ahead(&run.image, &run.limits, "starts"));
    let waits = docker.sandbox.ahead(&run.image, &run.limits, "waits");
    docker.sandbox.run(&other).await.unwrap();
    drop(waits);
    docker.sandbox.settle().await;
    assert_eq!(docker.containers(), 0);
}
