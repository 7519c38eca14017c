//! Who calls whom, as far as names resolve.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;

use crate::domain::{Call, FileFacts, RepoPath, Symbol, SymbolKind, SymbolRef, TreeMap};

use super::cores;
use super::names::{Names, Own, divided, separator};

/// How many classes up a method is looked for.
const BASES: usize = 8;
/// Names by which a method calls its own object or class.
const SELF: &[&str] = &["self", "this", "cls", "Self", "super", "base"];

/// The calls of a tree, sorted.
pub(super) fn calls<'m>(names: &Names<'m>, files: &'m BTreeMap<RepoPath, FileFacts>) -> Vec<Call> {
    let mapped: Vec<&FileFacts> = files.values().filter(|file| file.is_mapped()).collect();
    // Sorted in each file, and the files by path: sorted.
    let of_files = cores::each(&mapped, |file| of_file(names, file));
    let mut calls = Vec::with_capacity(of_files.iter().map(Vec::len).sum());
    of_files.into_iter().for_each(|own| calls.extend(own));
    calls
}

fn of_file<'m>(names: &Names<'m>, file: &'m FileFacts) -> Vec<Call> {
    let mut calls = Vec::new();
    let Some(own) = names.own(&file.path) else { return calls };
    // Most names are written more than once in a file, and lead nowhere in the repository.
    let mut anywhere: HashMap<&str, Option<SymbolRef>> = HashMap::default();
    // The methods of a class call the same members again and again, and most of those are far up among its bases.
    let mut of_class: HashMap<(&str, &str), Option<SymbolRef>> = HashMap::default();
    for symbol in &file.symbols {
        // Made for those that call something, which most don't.
        let mut from = None;
        let caller = Caller { file, own, symbol, around: around(file, own, symbol) };
        for written in symbol.calls.iter() {
            let to = match own_or_near(names, &caller, written) {
                Place::Certain(to) => to,
                Place::Class(class, member) => {
                    let found = || method(names, file, class, member, 0);
                    of_class.entry((class, member)).or_insert_with(found).clone()
                }
                Place::Anywhere => anywhere.entry(written).or_insert_with(|| by_name(names, file, written)).clone(),
            };
            let Some(to) = to else { continue };
            let from = from.get_or_insert_with(|| reference(file, &symbol.local_name));
            if *from != to {
                calls.push(Call { from: from.clone(), to });
            }
        }
    }
    calls.sort_unstable();
    calls.dedup();
    calls
}

/// Who calls.
struct Caller<'c, 'm> {
    file: &'m FileFacts,
    own: &'c Own<'m>,
    symbol: &'m Symbol,
    /// The local names of what it is and stands in, where symbols are directly inside of that; innermost first.
    around: Vec<&'m str>,
}

fn around<'m>(file: &FileFacts, own: &Own<'m>, symbol: &'m Symbol) -> Vec<&'m str> {
    let separator = separator(file);
    let above = |scope: &&'m str| Some(divided(scope, separator).0).filter(|above| !above.is_empty());
    std::iter::successors(Some(symbol.local_name.as_str()), above).filter(|scope| own.holds(scope)).collect()
}

/// Where a callee is looked for.
enum Place<'c> {
    /// It is this one, or none.
    Certain(Option<SymbolRef>),
    /// It is this member of a class of the file, or of its bases.
    Class(&'c str, &'c str),
    /// Its name decides, whoever calls.
    Anywhere,
}

/// A callee that depends on who calls: a member of its own object or of a parameter, or a function near it.
fn own_or_near<'m>(names: &Names<'m>, caller: &Caller<'_, 'm>, written: &'m str) -> Place<'m> {
    let Caller { file, symbol, .. } = caller;
    let (first, rest) = written.split_once(['.', ':']).unwrap_or((written, ""));
    let mut members = rest.split(['.', ':']).filter(|member| !member.is_empty());
    let (member, deeper) = (members.next(), members.next());
    if SELF.contains(&first) {
        if let Some(to) = member.zip(deeper).and_then(|(field, member)| given(names, caller, field, member)) {
            return Place::Certain(Some(to));
        }
        let own = symbol.parent.as_deref().zip(member);
        return own.map_or(Place::Certain(None), |(class, member)| Place::Class(class, member));
    }
    if let Some(parameter) = symbol.parameters.iter().find(|parameter| parameter.name == first) {
        let class = parameter.annotation.as_deref().and_then(|kind| names.resolve(file, plain_type(kind)));
        return Place::Certain(
            class.zip(member).and_then(|((owner, class), member)| method(names, owner, class, member, 0)),
        );
    }
    let is_bare = matches!(file.language.as_str(), "java" | "csharp");
    if let Some(to) = member.filter(|_| is_bare).and_then(|member| given(names, caller, first, member)) {
        return Place::Certain(Some(to));
    }
    match member.map_or_else(|| near(caller, first), |_| None) {
        Some(found) => Place::Certain(Some(found)),
        None => Place::Anywhere,
    }
}

/// A method of what the constructor of the caller's class is given under this name, as it is kept under the same one:
/// `constructor(private readonly carts: Carts) {}`.
fn given<'m>(names: &Names<'m>, caller: &Caller<'_, 'm>, field: &str, member: &str) -> Option<SymbolRef> {
    if !matches!(caller.file.language.as_str(), "typescript" | "java" | "csharp") {
        return None;
    }
    let class = caller.symbol.parent.as_deref()?;
    let separator = separator(caller.file);
    let name = class.rsplit(separator).next().unwrap_or(class);
    // The last one is that of C#, which stands behind the name of the class.
    let makers = [[class, separator, "constructor"].concat(), [class, separator, name].concat(), class.to_owned()];
    let makers = makers.iter().filter_map(|maker| caller.own.symbol(maker));
    let parameter = makers.flat_map(|maker| &maker.parameters).find(|parameter| parameter.name == field)?;
    let (owner, kind) = names.resolve(caller.file, plain_type(parameter.annotation.as_deref()?))?;
    method(names, owner, kind, member, 0)
}

/// What a name written in a symbol of a file stands for, as a callee would: a member of its own object, of a parameter
/// or, for `New().member`, of what a function returns.
pub(super) fn stands_for<'m>(
    names: &Names<'m>,
    file: &'m FileFacts,
    symbol: &'m Symbol,
    written: &'m str,
) -> Option<SymbolRef> {
    if let Some((maker, member)) = written.split_once("().") {
        let (owner, name) = names.resolve(file, maker)?;
        let returned = names.symbol(&owner.path, name)?.returns.as_deref()?;
        let (owner, class) = names.resolve(owner, plain_type(returned.trim_start_matches('(')))?;
        return method(names, owner, class, member, 0);
    }
    let own = names.own(&file.path)?;
    let caller = Caller { file, own, symbol, around: around(file, own, symbol) };
    match own_or_near(names, &caller, written) {
        Place::Certain(to) => to,
        Place::Class(class, member) => method(names, file, class, member, 0),
        Place::Anywhere => by_name(names, file, written),
    }
}

/// What a name leads to from a file.
fn by_name<'m>(names: &Names<'m>, file: &'m FileFacts, written: &'m str) -> Option<SymbolRef> {
    let (owner, name) = names.resolve(file, written)?;
    let symbol = names.symbol(&owner.path, name)?;
    // A member that was not found in a class itself may be in one of its bases.
    let member = written.rsplit(['.', ':']).next().unwrap_or(written);
    if symbol.kind.is_type() && member != symbol.name {
        return method(names, owner, name, member, 0).or_else(|| Some(reference(owner, name)));
    }
    Some(reference(owner, name))
}

/// A function inside of the caller, beside it, or around it.
fn near(caller: &Caller<'_, '_>, name: &str) -> Option<SymbolRef> {
    let file = caller.file;
    caller.around.iter().find_map(|scope| {
        let symbol = caller.own.member(scope, name)?;
        // A method needs its object, except where the language leaves that out.
        let is_plain = symbol.kind != SymbolKind::Method || matches!(file.language.as_str(), "java" | "csharp");
        is_plain.then(|| reference(file, &symbol.local_name))
    })
}

/// A method of a class, or of its bases.
fn method<'m>(names: &Names<'m>, file: &'m FileFacts, class: &str, member: &str, depth: usize) -> Option<SymbolRef> {
    let own = names.own(&file.path)?;
    if let Some(symbol) = own.member(class, member) {
        return Some(reference(file, &symbol.local_name));
    }
    if let Some((beside, symbol)) = names.beside(file, class, member) {
        return Some(reference(beside, &symbol.local_name));
    }
    if depth >= BASES {
        return None;
    }
    own.symbol(class)?.bases.iter().find_map(|base| {
        let (owner, name) = names.resolve(file, plain_type(base))?;
        method(names, owner, name, member, depth + 1)
    })
}

fn reference(file: &FileFacts, name: &str) -> SymbolRef {
    SymbolRef { file: file.path.clone(), name: name.into() }
}

/// A type without what is around its name: `Cart` of `Optional[Cart]`, `&mut Cart`, `*Cart`, `"Cart"`.
fn plain_type(annotation: &str) -> &str {
    let inner = ["this ", "Optional[", "Box<", "Arc<", "Rc<", "&mut ", "&", "*", "\"", "'"]
        .iter()
        .fold(annotation.trim(), |rest, start| rest.strip_prefix(start).unwrap_or(rest));
    let end = inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '$'))).unwrap_or(inner.len());
    &inner[..end]
}

/// The symbols that call `symbol`, by at most `depth` calls.
pub fn callers<'m>(map: &'m TreeMap, symbol: &'m SymbolRef, depth: usize) -> BTreeSet<&'m SymbolRef> {
    let mut reached: BTreeSet<&SymbolRef> = BTreeSet::new();
    let mut latest: BTreeSet<&SymbolRef> = BTreeSet::from([symbol]);
    for _ in 0..depth {
        let callers = map.calls.iter().filter(|call| latest.contains(&call.to)).map(|call| &call.from);
        latest = callers.filter(|caller| !reached.contains(caller)).collect();
        if latest.is_empty() {
            break;
        }
        reached.extend(&latest);
    }
    reached
}

/// The routes whose handlers reach a symbol, by at most `depth` calls: indices into `map.files[…].routes`, with the
/// file that declares them.
pub fn routes_reaching(map: &TreeMap, symbol: &SymbolRef, depth: usize) -> BTreeSet<(RepoPath, usize)> {
    let mut reached = callers(map, symbol, depth);
    reached.insert(symbol);
    let mut routes = BTreeSet::new();
    for file in map.files.values() {
        for (at, route) in file.routes.iter().enumerate() {
            let handler = SymbolRef {
                file: route.handler_file.clone().unwrap_or_else(|| file.path.clone()),
                name: route.handler.as_str().into(),
            };
            if reached.contains(&handler) {
                routes.insert((file.path.clone(), at));
            }
        }
    }
    routes
}
