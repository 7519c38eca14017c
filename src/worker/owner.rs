//! Who holds a lease: so named that another process of the same machine can tell whether it still lives.
//!
//! `<boot>/<pid namespace>/<pid>/<start time>`. Only where boot and namespace are ours does a process id mean anything
//! to us; elsewhere (another machine, another container) a lease simply lapses.

use std::fs;

/// The name of this process.
pub(super) fn this_process() -> String {
    let pid = std::process::id();
    format!("{}/{pid}/{}", place(), started(pid).unwrap_or_default())
}

/// Whether the owner is a process that certainly does not run any more. `#…` at its end, the worker, is ignored.
pub(super) fn is_dead(owner: &str) -> bool {
    let process = owner.split('#').next().unwrap_or(owner);
    let Some(rest) = process.strip_prefix(&format!("{}/", place())) else { return false };
    let Some((pid, start)) = rest.split_once('/') else { return false };
    let Ok(pid) = pid.parse() else { return false };
    // Where processes can't be looked up at all, nothing is certain.
    started(std::process::id()).is_some() && started(pid).as_deref() != Some(start)
}

/// Boot and namespace, where they can be told.
fn place() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let namespace: String = namespace.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    format!("{}/{namespace}", boot.trim())
}

/// When a process started, in the kernel's clock ticks: field 22 of its `stat`, counted after the name in brackets,
/// which may hold anything. A process that ended and was not waited for does not count.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    if matches!(fields.next(), Some("Z" | "X")) {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives() {
        assert!(!is_dead(&this_process()));
        assert!(!is_dead(&format!("{}#3", this_process())));
    }

    #[test]
    fn a_process_that_ended_is_dead() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let start = started(child.id()).unwrap_or_else(|| "1".to_owned());
        child.wait().unwrap();
        assert!(is_dead(&format!("{}/{}/{start}", place(), child.id())));
    }

    #[test]
    fn a_process_of_another_machine_is_not_known_to_be_dead() {
        assert!(!is_dead("another-boot/1/999999/1"));
        assert!(!is_dead(""));
    }
}
