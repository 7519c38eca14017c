//! Where a name that one file has from another is defined.

use std::collections::BTreeMap;

use crate::domain::{FileFacts, Import, RepoPath};

/// How many files a name may pass through on its way.
const HOPS: usize = 8;

/// The files that `import` of a file reaches: its own, and those that the names come from where its own only pass
/// them on.
pub(super) fn reached(files: &BTreeMap<RepoPath, FileFacts>, import: &Import) -> Vec<RepoPath> {
    let mut reached = import.files.clone();
    for name in &import.names {
        for file in &import.files {
            reached.extend(definition(files, file, &name.name).map(|(file, _)| file));
        }
    }
    reached.sort();
    reached.dedup();
    reached
}

/// The file that defines `name` for `file`, and its name there: itself, or one that it has the name from.
pub(super) fn definition(
    files: &BTreeMap<RepoPath, FileFacts>,
    file: &RepoPath,
    name: &str,
) -> Option<(RepoPath, String)> {
    let (mut file, mut name) = (file.clone(), name.to_owned());
    for _ in 0..HOPS {
        let facts = files.get(&file)?;
        if defines(facts, &name) {
            return Some((file, name));
        }
        let (next, next_name) = source_of(files, facts, &name)?;
        (file, name) = (next, next_name);
    }
    None
}

fn defines(facts: &FileFacts, name: &str) -> bool {
    facts.symbols.iter().any(|symbol| symbol.parent.is_none() && symbol.name == name)
        || facts.globals.iter().any(|global| global.name == name)
}

/// Where a file has a name from: by name first, else from all that it takes of another file.
fn source_of(files: &BTreeMap<RepoPath, FileFacts>, facts: &FileFacts, name: &str) -> Option<(RepoPath, String)> {
    for import in &facts.imports {
        let Some(taken) = import.names.iter().find(|taken| taken.local == name && taken.name != "*") else { continue };
        if let Some(file) = offering(files, import, &taken.name) {
            return Some((file, taken.name.clone()));
        }
    }
    let all = facts.imports.iter().filter(|import| import.names.iter().any(|taken| taken.local == "*"));
    all.filter_map(|import| offering(files, import, name)).map(|file| (file, name.to_owned())).next()
}

fn offering(files: &BTreeMap<RepoPath, FileFacts>, import: &Import, name: &str) -> Option<RepoPath> {
    let offers = |path: &&RepoPath| {
        files
            .get(path)
            .is_some_and(|facts| defines(facts, name) || facts.exports.iter().any(|export| export.name == name))
    };
    import.files.iter().find(offers).cloned()
}
