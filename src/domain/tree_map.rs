//! The map of a whole tree: what each file of it is, holds, offers, uses and answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Name, RepoPath, Route, Span, Symbol, SymbolKind, Warning};

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileCategory {
    /// A program in a language that can have functions.
    Code,
    /// Settings: TOML, YAML, INI, …
    Config,
    /// Text for people.
    Docs,
    /// How it is built and where it runs: Dockerfiles, workflows, Terraform, …
    Infra,
    /// Tables and values: SQL, CSV, JSON, …
    Data,
    /// Shell and build scripts.
    Script,
    /// HTML, CSS, templates.
    Markup,
}

/// Why a source file was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// A program wrote it.
    Generated,
    /// It is another project's.
    Vendored,
    /// It was made small for machines.
    Minified,
    /// It is over `limits::SOURCE_BYTES`.
    Huge,
    /// It is not UTF-8.
    NotText,
    /// It took longer than `limits::PARSE_TIME`.
    TooSlow,
}

impl LeftOut {
    /// Why, in words that follow "they are" or "it is".
    pub fn words(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::Minified => "minified",
            Self::Huge => "larger than a source file may be",
            Self::NotText => "no UTF-8 text",
            Self::TooSlow => "too slow to parse",
        }
    }
}

/// One name of an import.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImportedName {
    /// The name where it comes from; `*` for all of them, `default` for the one without a name.
    pub name: Name,
    /// The name that it has in the file.
    pub local: Name,
}

/// One import of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Import {
    /// Where from, as written: `.cart`, `./cart`, `com.shop.Cart`, `crate::cart`; empty for files of the same package
    /// that are used without an import.
    pub source: Name,
    /// The names that it brings; empty where it brings none by name (`import "./x"`, `import shop.cart` in Python
    /// brings `shop`).
    pub names: Vec<ImportedName>,
    /// Its line, from 1; 0 where there is none.
    pub line: u32,
    /// Whether others can have these names from this file.
    pub reexported: bool,
    /// The files of the repository that it stands for, sorted; empty for another project's.
    pub files: Vec<RepoPath>,
}

impl Import {
    /// What a file takes under some names, with no files yet; others don't have them from it.
    pub fn taken(source: impl Into<Name>, names: Vec<ImportedName>, line: u32) -> Self {
        Self { source: source.into(), names, line, reexported: false, files: Vec::new() }
    }

    /// The files that a file uses without naming them: those of its own package.
    pub fn implied(files: Vec<RepoPath>) -> Self {
        Self { source: Name::default(), names: Vec::new(), line: 0, reexported: false, files }
    }
}

/// A name that a file offers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Export {
    /// The name; `default` for the one without a name.
    pub name: Name,
    /// Its name in the file itself.
    pub local: Name,
    /// Whether it comes from another file.
    pub reexported: bool,
}

impl Export {
    /// A name that the file offers under its own name.
    pub fn own(name: &str) -> Self {
        Self { name: name.into(), local: name.into(), reexported: false }
    }

    /// A name that the file has from another one.
    pub fn passed_on(name: &str) -> Self {
        Self { reexported: true, ..Self::own(name) }
    }
}

/// A name bound outside of functions and classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Global {
    /// The name.
    pub name: Name,
    /// The statement that binds it.
    pub span: Span,
    /// Whether it is meant to stay as it is: `const`, `final`, a name in capitals.
    pub constant: bool,
    /// Whether it is meant for others.
    pub public: bool,
}

/// A route, and who answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedRoute {
    /// Method and path; `ANY` where every method is answered.
    pub route: Route,
    /// The handler as written or, where it is a symbol of this file, its local name; empty for one without a name.
    pub handler: String,
    /// The file of the handler, where it is known.
    pub handler_file: Option<RepoPath>,
    /// The framework: `fastapi`, `express`, …
    pub framework: String,
    /// The name of what it is declared on, as written: `app`, `router`; empty where there is none.
    pub router: String,
    /// The prefix that its router has by itself, with which its path begins.
    pub own_prefix: String,
    /// Where it is declared.
    pub span: Span,
}

/// Routes that are put under a prefix somewhere else than where they are declared; of `Mount::CONTROLLERS`, those of all
/// controllers of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mount {
    /// What is put before their paths; may be empty.
    pub prefix: String,
    /// The router that holds them, as written: `cart.router`.
    pub router: String,
    /// The router that they are put into, as written; empty where it isn't told.
    pub into: String,
    /// Whether `prefix` takes the place of the one that their own router has.
    pub replaces: bool,
    /// Its line, from 1.
    pub line: u32,
}

impl Mount {
    /// The router of a mount that holds for all controllers of a program. One that `replaces` names a path, in
    /// `prefix`, that is left out of the others.
    pub const CONTROLLERS: &'static str = "@Controller";
}

/// What a call reaches that a unit test would have to replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExternalKind {
    /// Another machine.
    Network,
    /// The file system.
    Files,
    /// The time, and waiting.
    Clock,
    /// Chance.
    Random,
    /// Other processes.
    Process,
    /// A database.
    Database,
}

/// A call that leaves the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExternalCall {
    /// What it reaches.
    pub kind: ExternalKind,
    /// The callee, with its module: `requests.get`.
    pub callee: String,
    /// Its line, from 1.
    pub line: u32,
    /// The local name of the symbol that it stands in.
    pub symbol: Option<String>,
}

/// What one file of the tree is and holds. For a file that is no code, or was left out, only the first six fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Its path.
    pub path: RepoPath,
    /// The id of its language, or the name of its format: `python`, `yaml`, `text`.
    pub language: String,
    /// What it is for.
    pub category: FileCategory,
    /// Its lines; 0 for one that is no text.
    pub lines: u32,
    /// Whether it is a test file, or only serves tests.
    pub is_test: bool,
    /// Why it was not read, for a source file.
    pub left_out: Option<LeftOut>,
    /// How other files name it: `shop.cart`, `com.shop`, `crate::cart`.
    pub module: String,
    /// Functions, methods, classes, interfaces and enums, in order of place.
    pub symbols: Vec<Symbol>,
    /// Imports, in order of place.
    pub imports: Vec<Import>,
    /// Names that it offers, sorted.
    pub exports: Vec<Export>,
    /// Names bound at its top level, in order of place.
    pub globals: Vec<Global>,
    /// Routes, in order of place.
    pub routes: Vec<MappedRoute>,
    /// Routers of this or other files that it puts under a prefix, in order of place.
    pub mounts: Vec<Mount>,
    /// Calls that leave the program, in order of place.
    pub external: Vec<ExternalCall>,
    /// Names that it uses where its language needs no import for them (of its package, of a whole namespace), sorted.
    pub uses: Vec<String>,
    /// The test files that are about it, by name or by import, sorted.
    pub test_files: Vec<RepoPath>,
    /// Whether parts of it could not be parsed.
    pub broken: bool,
}

impl FileFacts {
    /// A file that holds nothing yet.
    pub fn new(path: RepoPath, language: impl Into<String>, category: FileCategory) -> Self {
        Self {
            path,
            language: language.into(),
            category,
            lines: 0,
            is_test: false,
            left_out: None,
            module: String::new(),
            symbols: Vec::new(),
            imports: Vec::new(),
            exports: Vec::new(),
            globals: Vec::new(),
            routes: Vec::new(),
            mounts: Vec::new(),
            external: Vec::new(),
            uses: Vec::new(),
            test_files: Vec::new(),
            broken: false,
        }
    }

    /// Whether it is a source file that was read.
    pub fn is_mapped(&self) -> bool {
        self.category == FileCategory::Code && self.left_out.is_none()
    }

    /// Functions at module level: unit targets.
    pub fn functions(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Function && symbol.parent.is_none())
    }

    /// Classes, interfaces and enums, nested ones too: unit targets.
    pub fn types(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols.iter().filter(|symbol| symbol.kind.is_type())
    }

    /// Functions of classes.
    pub fn methods(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Method)
    }
}

/// A symbol of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SymbolRef {
    /// Its file.
    pub file: RepoPath,
    /// Its local name; empty for what runs when the file is loaded. Copies share its text.
    pub name: Arc<str>,
}

/// One symbol calls another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Call {
    /// The caller.
    pub from: SymbolRef,
    /// The callee.
    pub to: SymbolRef,
}

/// The map of a whole tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeMap {
    /// Every file, by path.
    pub files: BTreeMap<RepoPath, FileFacts>,
    /// Who calls whom, as far as names resolve; sorted, each once.
    pub calls: Vec<Call>,
    /// What was left out, and what could not be read.
    pub warnings: Vec<Warning>,
    /// Why the next run can't know what this one read.
    pub not_remembered: Option<Warning>,
}

impl TreeMap {
    /// The source files that were read, by path.
    pub fn mapped(&self) -> impl Iterator<Item = &FileFacts> {
        self.files.values().filter(|file| file.is_mapped())
    }
}
