//! What a name in a file stands for: a symbol of its own, or one that it has from another file.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _, HashSet};

use crate::domain::{FileFacts, Import, ImportedName, RepoPath, Symbol};
use crate::language;

use super::cores;

/// How many files a name may pass through on its way.
const HOPS: usize = 8;

/// All names of a tree.
pub(super) struct Names<'m> {
    /// By hash, as a name leads to several files until it is found.
    files: HashMap<&'m RepoPath, &'m FileFacts>,
    own: HashMap<&'m RepoPath, Own<'m>>,
    modules: HashMap<&'m str, &'m RepoPath>,
    /// The first parts of the names of modules.
    starts: HashSet<&'m str>,
    /// Go: the methods, by folder, type and name. Those of one type may stand in any file of its package.
    methods: HashMap<(&'m str, &'m str, &'m str), (&'m FileFacts, &'m Symbol)>,
}

/// The names that one file defines, and those that it takes.
#[derive(Default)]
pub(super) struct Own<'m> {
    separator: &'static str,
    /// By the local name of what each stands in, and its own.
    symbols: HashMap<(&'m str, &'m str), &'m Symbol>,
    globals: HashSet<&'m str>,
    /// The local names of what has symbols inside.
    holders: HashSet<&'m str>,
    /// The imports of files of the repository that bind each name, in order.
    taken: HashMap<&'m str, Vec<(&'m Import, &'m ImportedName)>>,
    /// The imports that offer all that their files define, in order.
    open: Vec<&'m Import>,
}

impl<'m> Own<'m> {
    fn of(file: &'m FileFacts) -> Self {
        let separator = separator(file);
        let mut symbols = HashMap::with_capacity(file.symbols.len());
        let (mut holders, mut last) = (HashSet::default(), "");
        for symbol in &file.symbols {
            let (holder, name) = divided(&symbol.local_name, separator);
            symbols.insert((holder, name), symbol);
            // Most stand in the same as the one before.
            if holder != last {
                holders.insert(holder);
                last = holder;
            }
        }
        holders.remove("");
        Self {
            separator,
            symbols,
            holders,
            globals: file.globals.iter().map(|global| global.name.as_str()).collect(),
            taken: taken(&file.imports),
            open: file.imports.iter().filter(|import| import.source.is_empty() || takes_all(import)).collect(),
        }
    }

    /// The imports of files of the repository that bind a name, in order.
    fn taken(&self, local: &str) -> &[(&'m Import, &'m ImportedName)] {
        self.taken.get(local).map_or(&[], Vec::as_slice)
    }

    /// The symbol of this local name.
    pub(super) fn symbol(&self, local_name: &str) -> Option<&'m Symbol> {
        self.symbols.get(&divided(local_name, self.separator)).copied()
    }

    /// The symbol of this name that stands directly inside of the one with this local name.
    pub(super) fn member(&self, holder: &str, name: &str) -> Option<&'m Symbol> {
        self.symbols.get(&(holder, name)).copied()
    }

    /// Whether symbols stand directly inside of the one with this local name.
    pub(super) fn holds(&self, local_name: &str) -> bool {
        self.holders.contains(local_name)
    }

    /// Whether the file defines a name at its top level.
    fn defines(&self, name: &str) -> bool {
        self.symbol(name).is_some_and(|symbol| symbol.name == name) || self.globals.contains(name)
    }
}

/// A file, and a name in it; empty for the file itself.
pub(super) type Found<'m> = (&'m FileFacts, &'m str);

impl<'m> Names<'m> {
    /// The names of these files.
    pub(super) fn new(files: &'m BTreeMap<RepoPath, FileFacts>) -> Self {
        let mapped: Vec<&FileFacts> = files.values().filter(|file| file.is_mapped()).collect();
        let own = cores::each(&mapped, |file| (&file.path, Own::of(file))).into_iter().collect();
        let named = mapped.iter().filter(|file| !file.module.is_empty());
        let modules: HashMap<&str, &RepoPath> = named.map(|file| (file.module.as_str(), &file.path)).collect();
        let starts = modules.keys().copied().map(start).collect();
        let go = mapped.iter().copied().filter(|file| file.language == "go");
        let of_file = |file: &'m FileFacts| {
            let separator = separator(file);
            file.methods().map(move |symbol| {
                let (holder, name) = divided(&symbol.local_name, separator);
                ((file.path.folder(), holder, name), (file, symbol))
            })
        };
        let methods = go.flat_map(of_file).collect();
        let files = files.iter().collect();
        Self { files, own, modules, starts, methods }
    }

    fn file(&self, path: &RepoPath) -> Option<&'m FileFacts> {
        self.files.get(path).copied()
    }

    /// What a file defines itself.
    pub(super) fn own(&self, file: &RepoPath) -> Option<&Own<'m>> {
        self.own.get(file)
    }

    /// The symbol of this local name.
    pub(super) fn symbol(&self, file: &RepoPath, local_name: &str) -> Option<&'m Symbol> {
        self.own(file)?.symbol(local_name)
    }

    /// A method of a type that stands in another file of its package, where a package may have several; and that file.
    pub(super) fn beside(&self, file: &FileFacts, class: &str, name: &str) -> Option<(&'m FileFacts, &'m Symbol)> {
        if file.language != "go" {
            return None;
        }
        self.methods.get(&(file.path.folder(), class, name)).copied()
    }

    /// C#: the extension method of this name that a file may use.
    pub(super) fn extension(&self, from: &'m FileFacts, name: &str) -> Option<Found<'m>> {
        if from.language != "csharp" {
            return None;
        }
        let files = from.imports.iter().flat_map(|import| &import.files).filter_map(|path| self.file(path));
        let mut methods = files.flat_map(|file| file.methods().map(move |method| (file, method)));
        let (file, method) = methods.find(|(_, method)| method.name == name && method.is_extension())?;
        Some((file, &method.local_name))
    }

    /// Whether a file defines a name at its top level.
    fn defines(&self, file: &FileFacts, name: &str) -> bool {
        self.own(&file.path).is_some_and(|own| own.defines(name))
    }

    /// What `written` stands for in `from`: the file that defines it, and its local name there. What it can't follow
    /// at the end of the name is left out.
    pub(super) fn resolve(&self, from: &'m FileFacts, written: &'m str) -> Option<Found<'m>> {
        let parts = || {
            // What these lead to is among the files that the file uses without a name.
            let is_place = |part: &&str| from.language == "rust" && matches!(*part, "crate" | "self" | "super");
            parts(written).filter(move |part| !is_place(part))
        };
        // Most names lead nowhere, which their first part tells.
        let (own, first) = (self.own(&from.path)?, parts().next()?);
        if own.defines(first) {
            return Some((from, self.longest(from, parts())));
        }
        if let Some(found) = self.imported(own, first, || parts().skip(1)) {
            return Some(found);
        }
        self.by_source(from, written).or_else(|| self.unnamed(from, own, &parts().collect::<Vec<_>>()))
    }

    /// By the name that an import binds; `rest` are the parts behind that.
    fn imported<R: Iterator<Item = &'m str>>(
        &self,
        from: &Own<'m>,
        first: &str,
        rest: impl Fn() -> R,
    ) -> Option<Found<'m>> {
        for (import, name) in from.taken(first) {
            let whole = name.name == "*" || name.name == "default";
            let as_module = import
                .files
                .iter()
                .find(|path| stem(path) == name.name)
                .filter(|path| self.file(path).is_some_and(|file| !self.defines(file, &name.name)));
            let found = match (whole, as_module) {
                (true, _) if name.name == "default" => {
                    self.defined(import, "default").or_else(|| self.inside(import, rest()))
                }
                (true, _) => self.inside(import, rest()),
                (false, Some(path)) => self.file(path).map(|file| self.within(file, rest())),
                (false, None) => self
                    .defined(import, &name.name)
                    .or_else(|| self.member(import, &name.name))
                    .map(|(file, own)| (file, self.longest(file, std::iter::once(own).chain(rest())))),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// By what an import takes without a name: `shop.cart.total` of `import shop.cart`, `require("./cart")`, or the
    /// name of a module.
    fn by_source(&self, from: &'m FileFacts, written: &'m str) -> Option<Found<'m>> {
        for import in from.imports.iter().filter(|import| !import.source.is_empty() && !import.files.is_empty()) {
            let Some(rest) = written.strip_prefix(import.source.as_str()) else { continue };
            if rest.is_empty() || rest.starts_with(['.', ':']) {
                return self.inside(import, parts(rest));
            }
        }
        if !self.starts.contains(start(written)) {
            return None;
        }
        let mut module = written;
        for _ in 0..HOPS {
            if let Some(file) = self.modules.get(module).and_then(|path| self.file(path)) {
                return Some(self.within(file, parts(&written[module.len()..])));
            }
            module = &module[..module.rfind(['.', ':'])?];
            module = module.trim_end_matches(':');
        }
        None
    }

    /// By what the package, or a whole namespace, offers; in Rust, by the end of a path that is written out.
    fn unnamed(&self, from: &FileFacts, own: &Own<'m>, parts: &[&'m str]) -> Option<Found<'m>> {
        let ends = if from.language == "rust" { parts.len() } else { 1 };
        (0..ends).find_map(|start| self.offered(own, &parts[start..]))
    }

    fn offered(&self, from: &Own<'m>, parts: &[&'m str]) -> Option<Found<'m>> {
        let first = parts.first()?;
        let mut open = from.open.iter().flat_map(|import| &import.files);
        let offers = |path: &&RepoPath| self.own(path).is_some_and(|own| own.defines(first));
        let file = self.file(open.find(offers)?)?;
        Some((file, self.longest(file, parts.iter().copied())))
    }

    /// `rest` inside the files of an import.
    fn inside(&self, import: &'m Import, rest: impl Iterator<Item = &'m str>) -> Option<Found<'m>> {
        let mut rest = rest.peekable();
        let defined = rest.peek().and_then(|first| self.defined(import, first));
        if let Some((file, own)) = defined {
            return Some((file, self.longest(file, std::iter::once(own).chain(rest.skip(1)))));
        }
        import.files.first().and_then(|path| self.file(path)).map(|file| self.within(file, rest))
    }

    fn within(&self, file: &'m FileFacts, mut rest: impl Iterator<Item = &'m str>) -> Found<'m> {
        let Some(first) = rest.next() else { return (file, "") };
        match self.definition(&file.path, first) {
            Some((file, own)) => (file, self.longest(file, std::iter::once(own).chain(rest))),
            None => (file, first),
        }
    }

    /// The longest beginning of a name that is a symbol; its first part where none is.
    fn longest(&self, file: &FileFacts, mut parts: impl Iterator<Item = &'m str>) -> &'m str {
        let (Some(first), Some(own)) = (parts.next(), self.own(&file.path)) else { return "" };
        let mut found = own.symbol(first).map_or(first, |symbol| &symbol.local_name);
        let mut joined = String::new();
        for part in parts {
            let start = if joined.is_empty() { first } else { "" };
            joined.extend([start, own.separator, part]);
            found = own.symbol(&joined).map_or(found, |symbol| &symbol.local_name);
        }
        found
    }

    /// The file of an import that defines a name, or passes it on.
    fn defined(&self, import: &'m Import, name: &'m str) -> Option<Found<'m>> {
        import.files.iter().find_map(|path| self.definition(path, name))
    }

    /// The file that defines `name` for `file`, and its name there: itself, or one that it has the name from.
    pub(super) fn definition(&self, file: &RepoPath, name: &'m str) -> Option<Found<'m>> {
        let mut facts = self.file(file)?;
        let mut name = name;
        for _ in 0..HOPS {
            if self.defines(facts, name) {
                return Some((facts, name));
            }
            let offered = facts.exports.iter().find(|export| export.name == name && export.local != name);
            if let Some(export) = offered.filter(|export| self.defines(facts, &export.local)) {
                return Some((facts, &export.local));
            }
            (facts, name) = self.source_of(facts, name)?;
        }
        None
    }

    /// A member that is imported without its class, as Java's `import static` does.
    fn member(&self, import: &'m Import, name: &str) -> Option<Found<'m>> {
        let files = import.files.iter().filter_map(|path| self.file(path));
        files.filter(|file| file.language == "java").find_map(|file| {
            let symbol = file.symbols.iter().find(|symbol| symbol.name == name)?;
            Some((file, symbol.local_name.as_str()))
        })
    }

    /// Where a file has a name from: by name first, else from all that it takes of another file.
    fn source_of(&self, facts: &'m FileFacts, name: &'m str) -> Option<Found<'m>> {
        let own = self.own(&facts.path)?;
        for (import, taken) in own.taken(name).iter().filter(|(_, taken)| taken.name != "*") {
            if let Some(file) = self.offering(import, &taken.name) {
                return Some((file, taken.name.as_str()));
            }
        }
        let mut all = own.open.iter().filter(|import| takes_all(import));
        all.find_map(|import| self.offering(import, name)).map(|file| (file, name))
    }

    fn offering(&self, import: &Import, name: &str) -> Option<&'m FileFacts> {
        let offers =
            |file: &&FileFacts| self.defines(file, name) || file.exports.iter().any(|export| export.name == name);
        import.files.iter().filter_map(|path| self.file(path)).find(offers)
    }

    /// The files that `import` reaches: its own, and those that the names come from where its own only pass them on.
    pub(super) fn reached(&self, import: &'m Import) -> Vec<RepoPath> {
        let mut reached = import.files.clone();
        let passed_on = import.names.iter().filter_map(|name| self.defined(import, &name.name));
        reached.extend(passed_on.map(|(file, _)| file.path.clone()));
        reached.sort();
        reached.dedup();
        reached
    }
}

fn taken(imports: &[Import]) -> HashMap<&str, Vec<(&Import, &ImportedName)>> {
    let mut taken: HashMap<&str, Vec<(&Import, &ImportedName)>> = HashMap::default();
    for import in imports.iter().filter(|import| !import.files.is_empty()) {
        for name in &import.names {
            taken.entry(&name.local).or_default().push((import, name));
        }
    }
    taken
}

/// Whether an import binds all that its files define.
fn takes_all(import: &Import) -> bool {
    import.names.iter().any(|name| name.local == "*")
}

/// What a local name stands in, and its last part.
pub(super) fn divided<'n>(local_name: &'n str, separator: &str) -> (&'n str, &'n str) {
    // By one character, which is found much sooner than a text.
    let last = separator.chars().next_back().unwrap_or('.');
    let ends = local_name.rmatch_indices(last).map(|(at, found)| at + found.len());
    let mut ends = ends.filter(|end| local_name[..*end].ends_with(separator));
    ends.next().map_or(("", local_name), |end| (&local_name[..end - separator.len()], &local_name[end..]))
}

/// The parts of a name as it is written.
fn parts(written: &str) -> impl Iterator<Item = &str> {
    written.split(['.', ':']).filter(|part| !part.is_empty())
}

/// The first part of a name.
fn start(name: &str) -> &str {
    name.split(['.', ':']).next().unwrap_or_default()
}

fn stem(path: &RepoPath) -> &str {
    let stem = path.file_name().split('.').next().unwrap_or_default();
    if matches!(stem, "__init__" | "mod" | "index") {
        path.folder().rsplit('/').next().unwrap_or_default()
    } else {
        stem
    }
}

/// What stands between the parts of a name in a file's language.
pub(super) fn separator(file: &FileFacts) -> &'static str {
    language::mapper_by_id(&file.language).map_or(".", |mapper| mapper.separator())
}
