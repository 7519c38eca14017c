//! The laws of every language, on texts that nobody wrote with care.

use std::collections::BTreeSet;

use jittest::domain::{FileMap, RepoPath, Span};
use jittest::language::{Language, MAPPED, TESTED};
use proptest::prelude::*;

/// Pieces of source texts of several languages: put together at random they are nearly right.
const PIECES: &[&str] = &[
    "def f(a, b=1):\n",
    "    return a < b\n",
    "    if a and not b:\n",
    "        raise ValueError('x')\n",
    "class A(B):\n",
    "    x: int = [i for i in a if i][0:-1]\n",
    "@d\n",
    "async def g(*a, **k):\n",
    "    await a.b(c, d=e)\n",
    "    \"\"\"Doc.\"\"\"\n",
    "try:\n",
    "    pass\n",
    "except (A, B) as e:\n",
    "match x:\n",
    "    case [1, *_] if y:\n",
    "lambda: 1",
    "f'{a!r:>{b}}'",
    "(",
    ")",
    "[",
    "}",
    "'",
    "\"\"\"",
    "\\",
    "#",
    "\t",
    "\r\n",
    "\n",
    "é",
    "名前 = 1\n",
    "\0",
    "\u{feff}",
    "import a.b as c\n",
    "from . import d\n",
    "x += 1\n",
    "del x[0]\n",
    "yield",
    ":",
    "=",
    "-1",
    "None",
    "if __name__ == '__main__':\n",
    "function f() { return 1; }\n",
    "fn f() -> u8 { 1 }\n",
    "🦀",
];

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat());
    let bytes =
        prop::collection::vec(any::<u8>(), 0..400).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    prop_oneof![3 => pieces, 1 => bytes]
}

/// A path that the language owns, found without naming any.
fn path_of(language: &dyn Language) -> RepoPath {
    let endings = ["py", "js", "ts", "rs", "go", "java", "rb", "c"];
    let mut paths = endings.iter().map(|ending| RepoPath::parse(&format!("shop/cart.{ending}")).unwrap());
    paths.find(|path| language.owns(path)).unwrap_or_else(|| panic!("no path of {} is known", language.id()))
}

fn map(language: &dyn Language, text: &str) -> FileMap {
    let path = path_of(language);
    let module = language.module_name(&path, &[]);
    language.map_file(&path, &module, text).unwrap()
}

fn lies_in(span: Span, text: &str) -> bool {
    let lines = u32::try_from(text.lines().count().max(1)).unwrap();
    text.get(span.start_byte..span.end_byte).is_some()
        && span.line_start >= 1
        && span.line_start <= span.line_end
        // A text that ends with a line end has an empty line after it.
        && span.line_end <= lines + 1
}

fn obeys_the_laws(language: &dyn Language, text: &str) -> Result<(), TestCaseError> {
    let path = path_of(language);
    let map = map(language, text);
    for symbol in &map.symbols {
        prop_assert!(lies_in(symbol.span, text), "{:?}", symbol.span);
        prop_assert!(symbol.local_name.ends_with(symbol.name.as_str()));
        prop_assert!(symbol.qualified_name.ends_with(symbol.local_name.as_str()));
        prop_assert!((symbol.span.line_start..=symbol.span.line_end).contains(&symbol.definition_line));
    }
    for region in language.off_limits(&path, text).unwrap() {
        prop_assert!(lies_in(region.span, text), "{:?}", region.span);
    }
    let lines: BTreeSet<u32> = (1..=u32::try_from(text.lines().count() + 1).unwrap()).collect();
    let mut files = BTreeSet::new();
    let mutants = language.mutants(&map, text, &lines).unwrap();
    for mutant in &mutants {
        prop_assert!(lies_in(mutant.span, text), "{:?}", mutant.span);
        let mutated = mutant.apply(text);
        prop_assert!(mutated.is_some(), "{mutant:?} does not apply");
        let mutated = mutated.unwrap_or_default();
        prop_assert!(mutated != text, "{mutant:?} changes nothing");
        prop_assert!(map.broken || !self::map(language, &mutated).broken, "{mutant:?} does not parse");
        prop_assert!(files.insert(mutated), "{mutant:?} is there twice");
        prop_assert!(!mutant.rationale.is_empty() && !mutant.description.is_empty() && mutant.plausibility <= 100);
    }
    prop_assert!(mutants.windows(2).all(|pair| pair[0].plausibility >= pair[1].plausibility));
    prop_assert_eq!(&mutants, &language.mutants(&map, text, &lines).unwrap());
    prop_assert_eq!(&map, &self::map(language, text));
    prop_assert_eq!(language.risks(&path, text, &lines).unwrap(), language.risks(&path, text, &lines).unwrap());
    prop_assert_eq!(language.tokens(&path, text).unwrap(), language.tokens(&path, text).unwrap());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_its_mutants_parse(text in texts()) {
        for language in TESTED {
            obeys_the_laws(*language, &text)?;
        }
    }

    #[test]
    fn any_path_is_judged(parts in prop::collection::vec("[a-zA-Z_.-]{1,8}", 1..5), roots in prop::collection::vec("[a-z/.]{0,5}", 0..3)) {
        if let Ok(path) = RepoPath::parse(&parts.join("/")) {
            for language in MAPPED {
                let owned = language.owns(&path);
                prop_assert!(owned || !language.is_test_file(&path));
                }
            for language in TESTED {
                prop_assert!(!language.owns(&path) || !language.module_name(&path, &roots).contains('/'));
            }
        }
    }
}

#[test]
fn a_text_nested_without_end_is_read() {
    for language in TESTED {
        for open in ["(", "[", "{", "-", "not ", "f(", "if a:", "lambda: ", "\"\"\"", "f'{"] {
            let map = map(*language, &open.repeat(20_000));
            assert_eq!(map.language, language.id());
        }
    }
}

#[test]
fn the_globs_that_are_left_out_can_be_read() {
    for language in TESTED {
        for glob in language.excluded() {
            assert!(globset::Glob::new(glob).is_ok(), "{glob}");
        }
    }
}

#[test]
fn languages_have_ids_of_their_own() {
    let ids: BTreeSet<&str> = MAPPED.iter().map(|language| language.id()).collect();
    assert_eq!(ids.len(), MAPPED.len());
}
