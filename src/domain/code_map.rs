//! Symbols, routes and targets of the changed files.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Name, RepoPath, TargetId, Texts};

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SymbolKind {
    /// A function at module level, or one inside another function.
    Function,
    /// A function of a class.
    Method,
    /// A class, or a struct.
    Class,
    /// An interface, or a trait.
    Interface,
    /// An enum.
    Enum,
}

impl SymbolKind {
    /// Whether it is a class, an interface or an enum.
    pub fn is_type(self) -> bool {
        matches!(self, Self::Class | Self::Interface | Self::Enum)
    }
}

/// How an argument can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// By position alone.
    Positional,
    /// By position or by name.
    Normal,
    /// By name alone.
    Keyword,
    /// All further positions.
    Rest,
    /// All further names.
    RestKeywords,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its type as written.
    pub annotation: Option<Name>,
    /// Its default as written.
    pub default: Option<Name>,
    /// How it can be given.
    pub kind: ParameterKind,
}

/// A place in a file: bytes from 0, lines from 1, both ends of lines included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start_byte: usize,
    /// The byte after the last.
    pub end_byte: usize,
    /// First line.
    pub line_start: u32,
    /// Last line.
    pub line_end: u32,
}

/// Who may use a symbol, as its language says it, or by its name where a language leaves it to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everyone.
    Public,
    /// Its class and those below it.
    Protected,
    /// Its file, package, crate or assembly.
    Internal,
    /// What it stands in.
    Private,
}

/// A function, method, class, interface or enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// What it is.
    pub kind: SymbolKind,
    /// Its own name.
    pub name: Name,
    /// With its classes and functions, without its module: `Cart.total`.
    pub local_name: Name,
    /// With its module: `shop.cart.Cart.total`. It follows from where the file lies, so that it is not written.
    #[serde(skip)]
    pub qualified_name: String,
    /// Where it is, decorators included.
    pub span: Span,
    /// The line of its `def` or `class`.
    pub definition_line: u32,
    /// Its parameters, `self` included.
    pub parameters: Vec<Parameter>,
    /// Its return type as written.
    pub returns: Option<Name>,
    /// Its decorators as written, without `@`.
    pub decorators: Vec<Name>,
    /// Its bases as written, for a class.
    pub bases: Vec<Name>,
    /// Its docstring.
    pub docstring: Option<String>,
    /// Whether it is a coroutine.
    pub is_async: bool,
    /// Who may use it.
    pub visibility: Visibility,
    /// The local name of what it is inside of.
    pub parent: Option<Name>,
    /// Names that it calls, as written without arguments (`helper`, `self.total`, `math.floor`), sorted.
    pub calls: Texts,
    /// Lines inside that nobody tests on purpose: docstrings, logging, type-checking blocks, imports.
    pub untested_lines: Vec<u32>,
    /// Cyclomatic complexity (McCabe 1976): decisions + 1.
    pub complexity: u32,
}

impl Symbol {
    /// Whether it is meant for everyone.
    pub fn is_public(&self) -> bool {
        self.visibility == Visibility::Public
    }

    /// C#: whether it is called as if it were a method of its first parameter.
    pub fn is_extension(&self) -> bool {
        let first = self.parameters.first().and_then(|first| first.annotation.as_deref());
        first.is_some_and(|annotation| annotation.starts_with("this "))
    }
}

/// A route of a web framework.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// `GET`, …
    pub method: String,
    /// `/cart/{id}`
    pub path: String,
}

/// A name that a file has from another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The name in the file; `*` for all names of a module.
    pub name: String,
    /// What it stands for, absolute: `shop.cart`, or `shop.cart.total`.
    pub target: String,
}

/// A name that is bound at module level, outside of symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The name.
    pub name: String,
    /// The statement that binds it.
    pub span: Span,
}

/// What one file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMap {
    /// Its path.
    pub path: RepoPath,
    /// The id of its language.
    pub language: String,
    /// How other files name it: `shop.cart`.
    pub module: String,
    /// Symbols, in order of place.
    pub symbols: Vec<Symbol>,
    /// Modules that it imports, as written, sorted.
    pub imports: Vec<String>,
    /// The names that these imports bind, sorted.
    pub bindings: Vec<Binding>,
    /// Names bound at module level, in order of place.
    pub constants: Vec<Constant>,
    /// Lines that hold code: no comment, no blank line, no docstring.
    pub code_lines: Vec<u32>,
    /// Whether parts of it could not be parsed.
    pub broken: bool,
}

/// At which level a target is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// By calling it.
    Unit,
    /// Through its framework's client.
    E2e,
}

/// Something to test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id in this run.
    pub id: TargetId,
    /// At which level.
    pub level: Level,
    /// The file, in head.
    pub file: RepoPath,
    /// Its path in base, where it differs or where the file is only there; `None` for a new file.
    pub base_file: Option<RepoPath>,
    /// How the file is imported.
    pub module: String,
    /// The symbol.
    pub symbol: Symbol,
    /// Whether its own lines changed; `false` for a caller through which a change shows.
    pub changed: bool,
    /// Whether base has it too, under the same name.
    pub in_base: bool,
    /// The route, for one that is called end to end.
    pub route: Option<Route>,
}

/// What the change touches, and what stands around it.
#[derive(Clone, Debug, Default)]
pub struct CodeMap {
    /// The changed source files in head, by path.
    pub files: BTreeMap<RepoPath, FileMap>,
    /// The changed source files in base, by their path in base.
    pub base_files: BTreeMap<RepoPath, FileMap>,
    /// The unchanged files of head that hold callers of what changed, by path.
    pub neighbours: BTreeMap<RepoPath, FileMap>,
    /// What is to be tested, in order of file and place.
    pub targets: Vec<Target>,
    /// Test files that the change adds or touches, in head.
    pub own_test_files: Vec<RepoPath>,
    /// The repository's test files that import a changed module, in head.
    pub related_test_files: Vec<RepoPath>,
}
