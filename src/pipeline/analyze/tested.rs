//! Which source files are tested at all: no tests, and what neither `jittest.toml` nor their language leaves out.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, RepositorySettings, TreeMap, Warning};
use crate::language::{MAPPED, mapper};
use crate::pipeline::map::Selection;

/// The source files that are tested.
pub(super) struct Tested<'t> {
    /// By path.
    pub(super) files: Vec<&'t FileFacts>,
    /// How many files are tests.
    pub(super) test_files: usize,
    /// How many hold something to test and were left out, by reason.
    left_out: BTreeMap<&'static str, usize>,
    /// Globs that could not be read.
    globs: Vec<Warning>,
}

impl<'t> Tested<'t> {
    /// Those of a tree.
    pub(super) fn of(tree: &'t TreeMap, settings: &RepositorySettings) -> Self {
        let mut tested = Self { files: Vec::new(), test_files: 0, left_out: BTreeMap::new(), globs: Vec::new() };
        let mut selections = BTreeMap::new();
        for language in MAPPED {
            let (selection, warnings) = Selection::new(settings, language.excluded());
            selections.insert(language.id(), selection);
            // The globs of the repository are the same for all languages.
            tested.globs = warnings;
        }
        for file in tree.mapped() {
            let selection = mapper(&file.path).and_then(|language| selections.get(language.id()));
            match selection.and_then(|selection| selection.refuses(&file.path)) {
                _ if file.is_test => tested.test_files += 1,
                Some(reason) if holds_something(file) => *tested.left_out.entry(reason).or_default() += 1,
                Some(_) => {}
                None => tested.files.push(file),
            }
        }
        tested
    }

    /// What was left out, and globs that could not be read.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let said = |(reason, count): (&&str, &usize)| {
            let what =
                if *count == 1 { "1 file was left out".to_owned() } else { format!("{count} files were left out") };
            Warning::new("analyze", what, *reason, "nothing in there is a target")
        };
        self.globs.iter().cloned().chain(self.left_out.iter().map(said)).collect()
    }
}

fn holds_something(file: &FileFacts) -> bool {
    file.functions().next().is_some() || file.types().next().is_some() || !file.routes.is_empty()
}
