//! The map of a whole tree: every file by what it is for, every source file by what it holds, and how they are
//! related.
//!
//! Files are read one by one, on all cores; then imports are resolved, and everything that needs other files
//! follows from them. The same tree gives the same map.

mod cache;
mod calls;
mod category;
mod cores;
mod left_out;
mod names;
mod reading;
mod routes;
mod test_files;

use std::collections::BTreeMap;

use crate::domain::{ControlFlow, FileFacts, Import, RepoPath, SourceTree, SymbolRef, TreeMap};
use crate::language::{self, Mapper, Project};

pub use cache::forget_unused;
pub use calls::{callers, routes_reaching};
pub use reading::Reading;
pub use routes::handler;

/// Maps a tree. Blocks.
pub fn tree(tree: &SourceTree, reading: &Reading<'_>) -> TreeMap {
    let (mut files, not_remembered) = reading::read_all(tree, reading);
    for mapper in language::MAPPED {
        relate(*mapper, tree, &mut files);
    }
    let (calls, routes, tests) = {
        let names = names::Names::new(&files);
        (calls::calls(&names, &files), routes::routes(&names, &files), test_files::about(&names, &files))
    };
    for (path, routes) in routes {
        files.entry(path).and_modify(|file| file.routes = routes);
    }
    for (path, tests) in tests {
        files.entry(path).and_modify(|file| file.test_files = tests.into_iter().collect());
    }
    let warnings = left_out::warnings(&files);
    TreeMap { files, calls, warnings, not_remembered }
}

/// The control flow of these functions, such as those that a change touches; one that can't be read again is left out.
pub fn control_flows(map: &TreeMap, tree: &SourceTree, symbols: &[SymbolRef]) -> BTreeMap<SymbolRef, ControlFlow> {
    let flow = |of: &SymbolRef| {
        let file = map.files.get(&of.file).filter(|file| file.is_mapped())?;
        let symbol = file.symbols.iter().find(|symbol| *symbol.local_name == *of.name)?;
        let text = tree.text(of.file.as_str())?;
        language::control_flow(&of.file, &text, symbol).ok().flatten().map(|flow| (of.clone(), flow))
    };
    symbols.iter().filter_map(flow).collect()
}

/// What a resolver says about one file.
struct Related {
    module: String,
    imports: Vec<Vec<RepoPath>>,
    implied: Vec<RepoPath>,
}

/// Names the modules of one language and resolves its imports.
fn relate(mapper: &dyn Mapper, tree: &SourceTree, files: &mut BTreeMap<RepoPath, FileFacts>) {
    let is_own = |file: &FileFacts| file.is_mapped() && file.language == mapper.id();
    if !files.values().any(is_own) {
        return;
    }
    let related: Vec<Related> = {
        let resolver = mapper.resolver(Project { tree, files });
        let relate = |file: &&FileFacts| Related {
            module: resolver.module(file),
            imports: file.imports.iter().map(|import| resolver.resolve(file, import)).collect(),
            implied: resolver.implied(file),
        };
        cores::each(&files.values().filter(|file| is_own(file)).collect::<Vec<_>>(), relate)
    };
    let own = files.values_mut().filter(|file| is_own(file));
    cores::all(own.zip(related).collect(), |(file, related)| related.tell(file, mapper.separator()));
}

impl Related {
    fn tell(self, file: &mut FileFacts, separator: &str) {
        for (import, files) in file.imports.iter_mut().zip(self.imports) {
            import.files = files;
        }
        if !self.implied.is_empty() {
            file.imports.push(Import::implied(self.implied));
        }
        for symbol in &mut file.symbols {
            symbol.qualified_name = match self.module.as_str() {
                "" => symbol.local_name.to_string(),
                module => [module, separator, &symbol.local_name].concat(),
            };
        }
        file.module = self.module;
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
