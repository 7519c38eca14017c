//! Which process of ours something belongs to, and whether that process still lives.

use std::fs;

/// One process of this machine, told apart from a later one with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instance {
    /// The machine's start, and the name space that `pid` counts in.
    place: String,
    pid: u32,
    /// When the process started, in the kernel's ticks.
    started: String,
}

/// Whether a process lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alive {
    /// It does.
    Yes,
    /// It ended.
    No,
    /// It counts in another name space (another container): it can't be told from here.
    Unknown,
}

impl Instance {
    /// This process.
    pub fn current() -> Self {
        let pid = std::process::id();
        Self { place: place(), pid, started: started(pid).unwrap_or_default() }
    }

    /// The instance in a label made by [`Instance::label`].
    pub fn parse(label: &str) -> Option<Self> {
        let mut parts = label.split('/');
        let (place, pid, started) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { place: place.to_owned(), pid: pid.parse().ok()?, started: started.to_owned() })
    }

    /// It as a label.
    pub fn label(&self) -> String {
        format!("{}/{}/{}", self.place, self.pid, self.started)
    }

    /// Whether its process lives.
    pub fn alive(&self) -> Alive {
        let here = place();
        if self.place != here {
            let boot = |place: &str| place.split('.').next().unwrap_or("").to_owned();
            return if boot(&self.place) == boot(&here) { Alive::Unknown } else { Alive::No };
        }
        match started(self.pid) {
            Some(started) if started == self.started => Alive::Yes,
            _ => Alive::No,
        }
    }
}

fn place() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let name_space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits: String = name_space.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    format!("{}.{digits}", boot.trim())
}

/// Field 22 of `/proc/<pid>/stat`, counted behind the program's name, which may hold anything.
fn started(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    (fields.next()? != "Z").then(|| fields.nth(18).map(str::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_its_label_leads_back_to_it() {
        let current = Instance::current();
        assert_eq!(current.alive(), Alive::Yes);
        assert_eq!(Instance::parse(&current.label()), Some(current));
    }

    #[test]
    fn an_ended_process_and_one_of_an_earlier_boot_are_dead() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let ended = Instance { pid: child.id(), started: "1".to_owned(), ..Instance::current() };
        child.wait().unwrap();
        assert_eq!(ended.alive(), Alive::No);
        assert_eq!(Instance::parse("an-earlier-boot.1/1/1").unwrap().alive(), Alive::No);
    }

    #[test]
    fn a_process_of_another_name_space_can_not_be_told() {
        let current = Instance::current();
        let boot = current.place.split('.').next().unwrap();
        assert_eq!(Instance::parse(&format!("{boot}.1/1/1")).unwrap().alive(), Alive::Unknown);
    }
}
