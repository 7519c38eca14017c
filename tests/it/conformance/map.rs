//! The laws of the map, for every language, on texts that nobody wrote with care and on the sample repositories.

use std::path::{Path, PathBuf};

use jittest::domain::{FileFacts, RepoPath, Span};
use jittest::language::{LanguageError, MAPPED, Mapper};
use proptest::prelude::*;

/// Pieces of source texts of all languages: put together at random they are nearly right.
const PIECES: &[&str] = &[
    "def f(a, b=1):\n    return a\n",
    "class A(B):\n    def m(self): pass\n",
    "@app.get('/x')\n",
    "function f(a, b = 1, ...c) { return a?.b(c) }\n",
    "export const g = async (x) => x;\n",
    "export default class Cart extends Base { #p() {} static s = () => 1 }\n",
    "import { a as b } from './c';\n",
    "interface I extends J { m(): void }\n",
    "namespace N { export enum E { A } }\n",
    "app.get('/x', f);\n",
    "package a.b;\n",
    "import a.b.*;\n",
    "public class C<T> extends D implements E { @GetMapping(\"/x\") int m(int... a) { return 1; } }\n",
    "enum Color { RED { void f() {} } }\n",
    "using A.B;\n",
    "namespace A.B;\n",
    "[Route(\"x\")] public record R(int A = 1) : S { public int P => 1; }\n",
    "func (c *Cart[T]) Total(a, b int) (int, error) { return 0, nil }\n",
    "type S struct { Base; N int }\n",
    "v1 := r.Group(\"/v1\")\n",
    "impl<T> Show for Cart<T> { fn show(&self) -> u8 { 1 } fn new() {} }\n",
    "pub mod x { pub use super::*; use a::{b, c as d}; }\n",
    "#[cfg(test)] mod tests { #[test] fn t() {} }\n",
    ".route(\"/x\", get(h).post(i))",
    "/** doc */\n",
    "/// doc\n",
    "// c\n",
    "# c\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "<",
    ">",
    "'",
    "\"",
    "`",
    "\\",
    "${",
    "=>",
    "::",
    "\r\n",
    "\n\n",
    "\t",
    "\0",
    "\u{feff}",
    "é名🦀",
];

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..30).prop_map(|pieces| pieces.concat());
    let bytes =
        prop::collection::vec(any::<u8>(), 0..400).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    prop_oneof![3 => pieces, 1 => bytes]
}

/// Paths that a language owns, found without naming any.
fn paths_of(language: &dyn Mapper) -> Vec<RepoPath> {
    let endings = ["py", "js", "jsx", "ts", "tsx", "rs", "go", "java", "cs", "rb"];
    let paths = endings.iter().map(|ending| RepoPath::parse(&format!("shop/cart.{ending}")).unwrap());
    let owned: Vec<RepoPath> = paths.filter(|path| language.owns(path)).collect();
    assert!(!owned.is_empty(), "no path of {} is known", language.id());
    owned
}

fn lies_in(span: Span, text: &str) -> bool {
    let lines = u32::try_from(text.lines().count().max(1)).unwrap();
    text.get(span.start_byte..span.end_byte).is_some()
        && 1 <= span.line_start
        && span.line_start <= span.line_end
        && span.line_end <= lines + 1
}

fn nest(one: Span, other: Span) -> bool {
    let apart = one.end_byte <= other.start_byte || other.end_byte <= one.start_byte;
    let inside = |inner: Span, outer: Span| outer.start_byte <= inner.start_byte && inner.end_byte <= outer.end_byte;
    apart || inside(one, other) || inside(other, one)
}

fn obeys_the_laws(language: &dyn Mapper, path: &RepoPath, text: &str) -> Result<(), TestCaseError> {
    let facts = language.facts(path, text).unwrap();
    prop_assert_eq!(&facts.path, path);
    prop_assert_eq!(&facts.language, language.id());
    for (at, symbol) in facts.symbols.iter().enumerate() {
        prop_assert!(lies_in(symbol.span, text), "{:?}", symbol.span);
        prop_assert!(!symbol.name.is_empty() && symbol.local_name.ends_with(symbol.name.as_str()), "{symbol:?}");
        prop_assert!((symbol.span.line_start..=symbol.span.line_end).contains(&symbol.definition_line), "{symbol:?}");
        for other in &facts.symbols[at + 1..] {
            prop_assert!(nest(symbol.span, other.span), "{symbol:?} {other:?}");
        }
    }
    prop_assert!(facts.symbols.windows(2).all(|pair| pair[0].span.start_byte <= pair[1].span.start_byte));
    prop_assert!(facts.globals.iter().all(|global| lies_in(global.span, text)));
    prop_assert!(facts.routes.iter().all(|route| route.span.end_byte == 0 || lies_in(route.span, text)));
    prop_assert!(facts.routes.iter().all(|route| !route.route.method.is_empty()));
    prop_assert!(facts.imports.iter().all(|import| import.files.is_empty()));
    prop_assert_eq!(&facts, &language.facts(path, text).unwrap());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_mapped(text in texts()) {
        for language in MAPPED {
            for path in paths_of(*language) {
                obeys_the_laws(*language, &path, &text)?;
            }
        }
    }
}

/// In front of a definition, as in the arguments of a decorator, there can be another one; the first text is a broken one.
#[test]
fn what_leads_a_definition_can_hold_another_one() {
    let texts = [
        "export default class Cart extends Base { #p() {} static s = () => 1 }\n.route(\"/x\", get(h).post(i))\
         function f(a, b = 1, ...c) { return a?.b(c) }\ndef f(a, b=1):\n    return a\n",
        "@made(function first() { return 1 })\nexport class Cart { total() { return 2 } }\n",
    ];
    for language in MAPPED {
        for (path, text) in paths_of(*language).iter().flat_map(|path| texts.map(|text| (path, text))) {
            obeys_the_laws(*language, path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    }
}

#[test]
fn a_text_nested_without_end_is_mapped() {
    for language in MAPPED {
        for path in paths_of(*language) {
            for open in ["(", "[", "{", "a.b(", "f(() => ", "if (a) {", "class A {", "fn f() {", "x => ", "`${", "/*"] {
                // A grammar may give up on it in the time that it has; what counts is that it comes back.
                match language.facts(&path, &open.repeat(1_000)) {
                    Ok(facts) => assert_eq!(facts.language, language.id()),
                    Err(LanguageError::TooSlow(slow)) => assert_eq!(slow, path),
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

/// The source files of the sample repositories.
fn samples() -> Vec<(RepoPath, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/maps");
    let mut waiting: Vec<PathBuf> = vec![root.clone()];
    let mut samples = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let below = path.strip_prefix(&root).expect("below").to_str().expect("UTF-8").to_owned();
                samples.push((RepoPath::parse(&below).expect("a safe path"), text));
            }
        }
    }
    samples.retain(|(path, _)| MAPPED.iter().any(|language| language.owns(path)));
    samples.sort();
    samples
}

fn map(path: &RepoPath, text: &str) -> FileFacts {
    let language = MAPPED.iter().find(|language| language.owns(path)).expect("its language");
    language.facts(path, text).expect("facts")
}

/// What renaming and reformatting must leave as it is.
fn structure(facts: &FileFacts) -> Vec<String> {
    let symbols = facts.symbols.iter().map(|symbol| {
        let depth = symbol.local_name.matches(['.', ':']).count();
        let (inputs, bases, calls) = (symbol.parameters.len(), symbol.bases.len(), symbol.calls.len());
        format!("{:?} {depth} {inputs} {bases} {calls} {} {}", symbol.kind, symbol.complexity, symbol.is_async)
    });
    let routes = facts.routes.iter().map(|route| format!("{} {}", route.route.method, route.route.path));
    let imports = facts.imports.iter().map(|import| import.names.len().to_string());
    symbols.chain(routes).chain(imports).collect()
}

#[test]
fn reformatting_changes_no_structure() {
    for (path, text) in samples() {
        let spread = text.replace('\n', "\n\n");
        assert_eq!(structure(&map(&path, &spread)), structure(&map(&path, &text)), "{path}");
        let windows = text.replace('\n', "\r\n");
        assert_eq!(structure(&map(&path, &windows)), structure(&map(&path, &text)), "{path}");
    }
}

#[test]
fn renaming_changes_no_structure() {
    for (path, text) in samples() {
        let facts = map(&path, &text);
        // What has no name is called `default`, which is a word of the language.
        let named = facts.functions().filter(|symbol| symbol.name.len() > 4 && symbol.name != "default");
        for symbol in named {
            let renamed = text.replace(symbol.name.as_str(), &format!("{}Renamed", symbol.name));
            let (before, after) = (structure(&facts), structure(&map(&path, &renamed)));
            let without_paths = |all: Vec<String>| all.into_iter().filter(|one| !one.contains('/')).collect::<Vec<_>>();
            assert_eq!(without_paths(after), without_paths(before), "{path}: {}", symbol.name);
        }
    }
}
