//! What is said about a step that failed: its last lines, and what to do.

use crate::domain::{FailedStep, limits};

/// Signs in a step's last lines, and the fix that they call for; the first that fits.
const SIGNS: [(&[&str], &str); 7] = [
    (
        &[
            "CERTIFICATE_VERIFY_FAILED",
            "certificate verify failed",
            "self-signed certificate",
            "unable to get local issuer",
        ],
        "name the machine's certificate bundle in SSL_CERT_FILE where jittest runs, and run again",
    ),
    (
        &[
            "Temporary failure in name resolution",
            "Name or service not known",
            "Network is unreachable",
            "Connection refused",
            "Could not resolve",
            "Failed to establish a new connection",
            "EAI_AGAIN",
            "ENOTFOUND",
        ],
        "give image builds of the engine a network that reaches the package index (HTTPS_PROXY is passed on), and run again",
    ),
    (
        &[
            "No matching distribution found",
            "Could not find a version that satisfies",
            "ResolutionImpossible",
            "requires a different Python",
            "Unable to locate package",
        ],
        "correct the dependency that is named, or choose a fitting image under [environment] image in jittest.toml",
    ),
    (&["No space left on device"], "free disk space of the engine (docker system prune), and run again"),
    (
        &[
            "fatal error:",
            "command 'gcc' failed",
            "command 'x86_64-linux-gnu-gcc' failed",
            "pkg-config: not found",
            "Failed building wheel",
            "command not found",
            "not found in PATH",
        ],
        "name the Debian packages that are missing under [environment] packages in jittest.toml",
    ),
    (
        &["No such file or directory", "does not exist"],
        "add the missing file, or mend the set-up under [environment] in jittest.toml",
    ),
    (&["Killed", "MemoryError"], "give the engine more memory, or install less"),
];

/// A failed step: `output` is cut to its last lines, without colours.
pub(super) fn failed_step(step: &str, output: &str) -> FailedStep {
    let tail = tail(output);
    let fits = |signs: &[&str]| signs.iter().any(|sign| tail.contains(sign));
    let fix = SIGNS.iter().find(|(signs, _)| fits(signs)).map_or(
        "make this step work in a clean container, or replace it under [environment] in jittest.toml",
        |(_, fix)| fix,
    );
    FailedStep { step: shortened(step), fix: fix.to_owned(), tail }
}

fn shortened(step: &str) -> String {
    let line = step.lines().next().unwrap_or("");
    if line.chars().count() <= 200 { line.to_owned() } else { line.chars().take(200).chain(['…']).collect() }
}

/// The last lines of `output` within `limits::TAIL_LINES` and `limits::TAIL_BYTES`, without control sequences.
pub(super) fn tail(output: &str) -> String {
    let plain = without_control_sequences(output);
    let lines: Vec<&str> = plain.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let mut kept = Vec::new();
    let mut bytes = 0;
    for line in lines.iter().rev().take(limits::TAIL_LINES) {
        let room = limits::TAIL_BYTES.saturating_sub(bytes + 1);
        let line = &line[..line.floor_char_boundary(room)];
        if line.is_empty() {
            break;
        }
        bytes += line.len() + 1;
        kept.push(line);
    }
    kept.reverse();
    kept.join("\n")
}

/// `text` without ANSI escape sequences; a carriage return starts its line anew, as on a terminal.
fn without_control_sequences(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => skip_escape(&mut chars),
            '\r' if chars.peek() != Some(&'\n') => {
                let line = plain.rfind('\n').map_or(0, |at| at + 1);
                plain.truncate(line);
            }
            '\n' | '\t' => plain.push(char),
            char if char.is_control() => {}
            char => plain.push(char),
        }
    }
    plain
}

fn skip_escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match chars.next() {
        Some('[') => {
            chars.find(|char| ('@'..='~').contains(char));
        }
        Some(']') => {
            chars.find(|char| matches!(char, '\u{7}' | '\u{1b}'));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_lines_without_colours_and_progress() {
        let output = "first\n\u{1b}[91mERROR: no\u{1b}[0m\n 10%\r 20%\rdone\n\n";
        assert_eq!(tail(output), "first\nERROR: no\ndone");
        let many: String = (0..100).map(|n| format!("line {n}\n")).collect();
        assert_eq!(tail(&many).lines().count(), limits::TAIL_LINES);
        assert!(tail(&many).ends_with("line 99"));
        assert!(tail(&"ä".repeat(10_000)).len() <= limits::TAIL_BYTES);
    }

    #[test]
    fn the_fix_fits_what_went_wrong() {
        let fix = |output| failed_step("pip install x", output).fix;
        assert!(fix("ERROR: No matching distribution found for x==9").contains("correct the dependency"));
        assert!(fix("ssl.SSLError: CERTIFICATE_VERIFY_FAILED").contains("SSL_CERT_FILE"));
        assert!(fix("x.c:1: fatal error: libpq-fe.h: No such file or directory").contains("packages"));
        assert!(fix("boom").contains("clean container"));
    }
}
