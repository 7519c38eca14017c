//! Callers in other files: those that import a changed module and mention what changed in it.

use std::collections::BTreeSet;

use crate::domain::{FileMap, RepoPath, Revision, Symbol, SymbolKind, limits};

use super::callers::gone;
use super::mention::{mentions, mentions_member, outermost, slice};
use super::{Mapped, Pick, Survey};

/// Something of a changed module that others may use.
struct Helper {
    module: String,
    /// The name at module level: the function, or the class of a method.
    name: String,
    /// The method, where it is one.
    member: Option<String>,
}

struct Neighbour {
    path: RepoPath,
    text: String,
    map: FileMap,
}

/// Callers in other files of what changed: of `picks`, and of the `names` that a module binds to something else. The
/// unchanged ones of these files are put into the map.
pub(super) fn neighbours(
    survey: &Survey<'_>,
    picks: &[Pick],
    names: &[(String, String)],
    mapped: &mut Mapped,
) -> Vec<Pick> {
    let helpers = helpers(survey, picks, names, mapped);
    if helpers.is_empty() || survey.checkout.base.revision == Revision::Empty {
        return Vec::new();
    }
    let files = files(survey, &helpers, mapped);
    let aliases = aliases(&files, &helpers);
    let mut found = Vec::new();
    for neighbour in files {
        let callers: Vec<Symbol> = callers(&neighbour, &helpers, &aliases).into_iter().cloned().collect();
        if callers.is_empty() {
            continue;
        }
        found.extend(callers.into_iter().map(|symbol| Pick { file: neighbour.path.clone(), symbol, changed: false }));
        if !mapped.map.files.contains_key(&neighbour.path) {
            mapped.map.neighbours.insert(neighbour.path, neighbour.map);
        }
    }
    bound(&mut found, picks, mapped);
    found
}

fn bound(found: &mut Vec<Pick>, picks: &[Pick], mapped: &mut Mapped) {
    let room = limits::CALLERS.saturating_sub(picks.iter().filter(|pick| !pick.changed).count());
    if found.len() > room {
        let over = found.len() - room;
        found.truncate(room);
        let impact = format!("{over} callers in other files are not tested");
        mapped.warn("what changed has many callers".to_owned(), "a run is bounded", &impact);
        *mapped.dropped.entry("callers over the bound".to_owned()).or_default() +=
            u32::try_from(over).unwrap_or(u32::MAX);
    }
}

fn helpers(survey: &Survey<'_>, picks: &[Pick], names: &[(String, String)], mapped: &Mapped) -> Vec<Helper> {
    let changed = picks.iter().filter(|pick| pick.changed).map(|pick| (survey.module(&pick.file), &pick.symbol));
    let mut helpers: Vec<Helper> = changed.map(|(module, symbol)| helper(module, symbol)).collect();
    let bound = names.iter().map(|(module, name)| Helper { module: module.clone(), name: name.clone(), member: None });
    helpers.extend(bound);
    for file in &survey.change.files {
        let Some(base) = survey.base_map(file, &mapped.map) else { continue };
        let moved = mapped.map.files.get(&file.path).filter(|head| head.module == base.module);
        let gone: Vec<&Symbol> = moved.map_or_else(|| base.symbols.iter().collect(), |head| gone(base, head));
        helpers.extend(gone.into_iter().map(|symbol| helper(base.module.clone(), symbol)));
    }
    helpers
        .sort_by(|one, other| (&one.module, &one.name, &one.member).cmp(&(&other.module, &other.name, &other.member)));
    helpers
}

fn helper(module: String, symbol: &Symbol) -> Helper {
    let first = symbol.local_name.split('.').next().unwrap_or_default().to_owned();
    let member = (symbol.kind == SymbolKind::Method).then(|| symbol.name.clone());
    Helper { module, name: first, member: member.map(Into::into) }
}

/// Source files whose text names a changed module or what changed in it.
fn files(survey: &Survey<'_>, helpers: &[Helper], mapped: &mut Mapped) -> Vec<Neighbour> {
    let words: BTreeSet<&str> = helpers
        .iter()
        .flat_map(|helper| [helper.module.rsplit('.').next().unwrap_or_default(), helper.name.as_str()])
        .collect();
    let suitable = |path: &&RepoPath| {
        survey.language.owns(path) && !survey.language.is_test_file(path) && survey.selection.refuses(path).is_none()
    };
    let mut candidates: Vec<&RepoPath> = survey.checkout.head.files.iter().filter(suitable).collect();
    if candidates.len() > limits::RELATED_FILES {
        candidates.truncate(limits::RELATED_FILES);
        mapped.warn(
            "not all files were searched for callers".to_owned(),
            "a run is bounded",
            "some callers are not tested",
        );
    }
    let read = |path: &RepoPath| {
        let text = survey.checkout.head.text(path.as_str())?;
        if !words.iter().any(|word| mentions(&text, word)) {
            return None;
        }
        // An unchanged file that can't be parsed has no callers that we could test.
        let map = survey.language.map_file(path, &survey.module(path), &text).ok()?;
        Some(Neighbour { path: path.clone(), text, map })
    };
    candidates.into_iter().filter_map(read).collect()
}

/// Other qualified names of helpers: `shop.total` where `shop` imports it from `shop.cart`.
fn aliases(files: &[Neighbour], helpers: &[Helper]) -> Vec<(String, usize)> {
    let mut aliases: Vec<(String, usize)> =
        helpers.iter().enumerate().map(|(i, helper)| (join(&helper.module, &helper.name), i)).collect();
    let bindings =
        files.iter().flat_map(|file| file.map.bindings.iter().map(move |binding| (&file.map.module, binding)));
    for (module, binding) in bindings {
        for (i, helper) in helpers.iter().enumerate() {
            let own = join(&helper.module, &helper.name);
            if binding.target == own {
                aliases.push((join(module, &binding.name), i));
            } else if binding.name == "*" && binding.target == helper.module {
                aliases.push((join(module, &helper.name), i));
            }
        }
    }
    aliases.sort();
    aliases.dedup();
    aliases
}

fn join(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") }
}

fn callers<'n>(neighbour: &'n Neighbour, helpers: &[Helper], aliases: &[(String, usize)]) -> Vec<&'n Symbol> {
    // What a mention of a helper looks like in this file: a word, and a member where that is what changed.
    let mut signs: BTreeSet<(String, Option<&str>)> = BTreeSet::new();
    for binding in &neighbour.map.bindings {
        for (alias, i) in aliases {
            let member = helpers[*i].member.as_deref().filter(|name| !name.starts_with("__"));
            let name = alias.rsplit('.').next().unwrap_or_default();
            let module = alias.strip_suffix(name).unwrap_or_default().trim_end_matches('.');
            if binding.target == *alias {
                signs.insert((binding.name.clone(), member));
            } else if binding.name == "*" && binding.target == module {
                signs.insert((name.to_owned(), member));
            } else if binding.target == module {
                signs.insert((binding.name.clone(), Some(name)));
            } else if module.strip_prefix(&binding.target).is_some_and(|rest| rest.starts_with('.')) {
                let rest = module.rsplit('.').next().unwrap_or_default();
                signs.insert((rest.to_owned(), Some(name)));
            }
        }
    }
    let symbols = &neighbour.map.symbols;
    let uses = |symbol: &&Symbol| {
        let text = slice(&neighbour.text, symbol.span);
        signs
            .iter()
            .any(|(word, member)| mentions(text, word) && member.is_none_or(|member| mentions_member(text, member)))
    };
    let whole =
        |symbol: &&Symbol| symbol.kind != SymbolKind::Class && std::ptr::eq(outermost(symbols, symbol), *symbol);
    symbols.iter().filter(whole).filter(uses).collect()
}
