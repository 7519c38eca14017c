//! Calls that leave the program: told by the name of what is called, with its module.

use crate::domain::ExternalKind;

/// A callee, or everything below it, and what it reaches.
pub(crate) type Known = (&'static str, ExternalKind);

/// What a callee reaches: the longest name of the table that it is, or that it lies below.
pub(crate) fn kind(table: &[Known], callee: &str, separator: &str) -> Option<ExternalKind> {
    let below = |known: &&Known| {
        callee.strip_prefix(known.0).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
    };
    table.iter().filter(below).max_by_key(|known| known.0.len()).map(|known| known.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callee_is_known_by_its_name_or_by_what_it_lies_below() {
        let table = [("requests", ExternalKind::Network), ("requests.time", ExternalKind::Clock)];
        assert_eq!(kind(&table, "requests.get", "."), Some(ExternalKind::Network));
        assert_eq!(kind(&table, "requests.time.now", "."), Some(ExternalKind::Clock));
        assert_eq!(kind(&table, "requestsx.get", "."), None);
    }
}
