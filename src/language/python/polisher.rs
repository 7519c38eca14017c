//! The gate of generated tests, as it goes into the sandbox.

use crate::language::{Driver, driver_files};

/// Its files lie in `jittest/`; it is started in the folder around that.
pub(super) const POLISHER: Driver = Driver {
    files: driver_files!["polish/"; "polish.py", "polish_ahead.py", "polish_checks.py", "polish_mend.py", "polish_settings.py", "polish_tools.py",],
    argv: &["python3", "jittest/polish.py"],
    env: &[("PYTHONHASHSEED", "0")],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_polisher_goes_along() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/language/python/polish");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut there: Vec<String> = names.filter(|name| name.ends_with(".py")).collect();
        there.sort();
        let sent: Vec<&str> = POLISHER.files.iter().map(|(name, _)| *name).collect();
        assert_eq!(sent, there);
    }
}
