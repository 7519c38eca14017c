//! Symbols and targets of the change: what it touches, and the unchanged callers through which it shows.

mod callers;
mod mention;
mod neighbours;
mod routes;
mod selection;
mod test_files;
mod touched;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    ChangeSet, Checkout, CodeMap, FileChange, FileMap, FileStatus, Level, RepoPath, RepositorySettings, Symbol, Target,
    TargetId, TreeMap, Warning, limits,
};
use crate::language::{self, Language};

pub use selection::Selection;
pub use tree::{Reading, callers, control_flows, forget_unused, handler, routes_reaching, tree};

/// The map, and what it left out.
#[derive(Debug, Default)]
pub struct Mapped {
    /// The map.
    pub map: CodeMap,
    /// What went less well than it should have.
    pub warnings: Vec<Warning>,
    /// How many files and targets were left out, by reason.
    pub dropped: BTreeMap<String, u32>,
    /// Changed files that should have been looked at and could not be, and why.
    pub unread: BTreeMap<RepoPath, String>,
}

impl Mapped {
    fn warn(&mut self, what: String, why: &str, impact: &str) {
        self.warnings.push(Warning::new("map", what, why, impact));
    }

    fn drop_one(&mut self, reason: &str) {
        *self.dropped.entry(reason.to_owned()).or_default() += 1;
    }

    fn could_not_read(&mut self, path: &RepoPath, reason: &str) {
        self.unread.entry(path.clone()).or_insert_with(|| reason.to_owned());
    }
}

/// Whether a file of this name could hold targets: source text of a tested language, no test, not left out by a glob.
pub fn may_hold_targets(path: &RepoPath, settings: &RepositorySettings) -> bool {
    let Some(language) = language::owner(path).filter(|language| !language.is_test_file(path)) else { return false };
    Selection::new(settings, language.excluded()).0.refuses(path).is_none()
}

/// What all steps of the stage look at.
struct Survey<'a> {
    change: &'a ChangeSet,
    checkout: &'a Checkout,
    language: &'a dyn Language,
    import_roots: &'a [String],
    selection: Selection,
}

/// A symbol that becomes a target.
struct Pick {
    file: RepoPath,
    symbol: Symbol,
    changed: bool,
}

/// What mapping looks at.
#[derive(Clone, Copy)]
pub struct MapInputs<'a> {
    /// The change.
    pub change: &'a ChangeSet,
    /// Both sides on disk.
    pub checkout: &'a Checkout,
    /// The language.
    pub language: &'a dyn Language,
    /// Folders that imports are looked up in.
    pub import_roots: &'a [String],
    /// Which files may be tested.
    pub settings: &'a RepositorySettings,
    /// Keeps only symbols of these local or qualified names; empty keeps all.
    pub wanted: &'a [String],
}

impl<'a> MapInputs<'a> {
    fn survey(&self, mapped: &mut Mapped) -> Survey<'a> {
        let (selection, warnings) = Selection::new(self.settings, self.language.excluded());
        mapped.warnings.extend(warnings);
        Survey {
            change: self.change,
            checkout: self.checkout,
            language: self.language,
            import_roots: self.import_roots,
            selection,
        }
    }
}

/// Maps the changed files of one language, and picks the targets: what the change touches in head, then the
/// unchanged callers of that.
pub fn map(inputs: &MapInputs<'_>) -> Mapped {
    let mut mapped = Mapped::default();
    let survey = inputs.survey(&mut mapped);
    read_changed_files(&survey, &mut mapped);
    let mut picks: Vec<Pick> = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for file in &inputs.change.files {
        let touched = touched::touched(&survey, file, &mut mapped);
        picks.extend(touched.picks);
        names.extend(touched.names.into_iter().map(|name| (survey.module(&file.path), name)));
    }
    let callers = callers::callers(&survey, &picks, &mapped.map);
    picks.extend(callers);
    let found = neighbours::neighbours(&survey, &picks, &names, &mut mapped);
    picks.extend(found);
    picks.retain(|pick| is_wanted(&pick.symbol, inputs.wanted));
    bound_targets(&mut picks, &mut mapped);
    mapped.map.targets = targets(&survey, picks, &mapped.map);
    test_files::find(&survey, &mut mapped);
    mapped
}

/// Adds the routes that the change shows through, by the map of head's tree: targets that are called end to end, besides
/// the functions behind them.
pub fn add_routes(inputs: &MapInputs<'_>, tree: &TreeMap, mapped: &mut Mapped) {
    let survey = inputs.survey(&mut Mapped::default());
    routes::add(&survey, tree, inputs.wanted, mapped);
}

fn read_changed_files(survey: &Survey<'_>, mapped: &mut Mapped) {
    for file in survey.change.files.iter().filter(|file| survey.language.owns(&file.path)) {
        if survey.language.is_test_file(&file.path) {
            if file.status != FileStatus::Deleted {
                mapped.map.own_test_files.push(file.path.clone());
            }
            continue;
        }
        if !survey.selection.takes(file, mapped) {
            continue;
        }
        let base_path = file.old_path.as_ref().unwrap_or(&file.path);
        if let Some(map) = file.after.as_deref().and_then(|text| survey.read(&file.path, text, mapped)) {
            if map.broken {
                mapped.could_not_read(&file.path, "parts of it are no valid source text");
            }
            mapped.map.files.insert(file.path.clone(), map);
        }
        if let Some(map) = file.before.as_deref().and_then(|text| survey.read(base_path, text, mapped)) {
            mapped.map.base_files.insert(base_path.clone(), map);
        }
    }
}

impl Survey<'_> {
    fn module(&self, path: &RepoPath) -> String {
        self.language.module_name(path, self.import_roots)
    }

    /// The map of one text; where there is none, that is said.
    fn read(&self, path: &RepoPath, text: &str, mapped: &mut Mapped) -> Option<FileMap> {
        match self.language.map_file(path, &self.module(path), text) {
            Ok(map) => {
                if map.broken {
                    let what = format!("parts of {path} could not be parsed");
                    mapped.warn(what, "they are no valid source text", "symbols there are not tested");
                }
                Some(map)
            }
            Err(error) => {
                mapped.warn(format!("{path} was left out"), &error.to_string(), "nothing in it is tested");
                mapped.drop_one("could not be parsed in time");
                mapped.could_not_read(path, "it could not be parsed in time");
                None
            }
        }
    }

    /// The map of a changed file in base.
    fn base_map<'m>(&self, file: &FileChange, map: &'m CodeMap) -> Option<&'m FileMap> {
        map.base_files.get(file.old_path.as_ref().unwrap_or(&file.path))
    }

    /// What happened to a file of head.
    fn change_of(&self, path: &RepoPath) -> Option<&FileChange> {
        self.change.files.iter().find(|file| file.path == *path && file.status != FileStatus::Deleted)
    }
}

fn is_wanted(symbol: &Symbol, wanted: &[String]) -> bool {
    wanted.is_empty() || wanted.iter().any(|name| *name == symbol.local_name || *name == symbol.qualified_name)
}

/// Keeps what changed before what only calls it.
fn bound_targets(picks: &mut Vec<Pick>, mapped: &mut Mapped) {
    let mut seen = BTreeSet::new();
    picks.sort_by_key(|pick| !pick.changed);
    picks.retain(|pick| seen.insert((pick.file.clone(), pick.symbol.span)));
    let over = picks.len().saturating_sub(limits::TARGETS);
    if over > 0 {
        picks.truncate(limits::TARGETS);
        let impact = format!("{over} targets are not tested");
        mapped.warn("the change touches too much".to_owned(), "a run is bounded", &impact);
        *mapped.dropped.entry("targets over the bound".to_owned()).or_default() +=
            u32::try_from(over).unwrap_or(u32::MAX);
    }
    picks.sort_by(|one, other| (&one.file, one.symbol.span).cmp(&(&other.file, other.symbol.span)));
}

fn targets(survey: &Survey<'_>, picks: Vec<Pick>, map: &CodeMap) -> Vec<Target> {
    let target = |(i, pick): (usize, Pick)| {
        let (base_file, in_base) = in_base(survey, &pick, map);
        Target {
            id: TargetId::new(format!("T{:03}", i + 1)),
            level: Level::Unit,
            base_file,
            module: survey.module(&pick.file),
            symbol: pick.symbol,
            changed: pick.changed,
            in_base,
            route: None,
            file: pick.file,
        }
    };
    picks.into_iter().enumerate().map(target).collect()
}

/// The target's file in base, and whether base has the symbol: in that file, or where it was moved from.
fn in_base(survey: &Survey<'_>, pick: &Pick, map: &CodeMap) -> (Option<RepoPath>, bool) {
    let Some(file) = survey.change_of(&pick.file) else {
        let there = survey.checkout.base.has(pick.file.as_str());
        return (there.then(|| pick.file.clone()), there);
    };
    if survey.base_map(file, map).is_some_and(|base| holds(base, &pick.symbol)) {
        return (Some(file.old_path.clone().unwrap_or_else(|| pick.file.clone())), true);
    }
    if let Some(from) = moved_from(&pick.symbol, map) {
        return (Some(from), true);
    }
    let own = file.before.is_some().then(|| file.old_path.clone().unwrap_or_else(|| pick.file.clone()));
    (own, false)
}

/// The one changed file that had a symbol of this name and kind in base and doesn't define it any more.
fn moved_from(symbol: &Symbol, map: &CodeMap) -> Option<RepoPath> {
    let left = |path: &RepoPath, base: &FileMap| {
        holds(base, symbol) && !map.files.get(path).is_some_and(|head| holds(head, symbol))
    };
    let mut from = map.base_files.iter().filter(|(path, base)| left(path, base)).map(|(path, _)| path);
    let only = from.next()?;
    from.next().is_none().then(|| only.clone())
}

fn holds(map: &FileMap, symbol: &Symbol) -> bool {
    map.symbols.iter().any(|other| other.local_name == symbol.local_name && other.kind == symbol.kind)
}

#[cfg(test)]
mod tests;
