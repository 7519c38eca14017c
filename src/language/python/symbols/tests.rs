use crate::domain::{FileMap, ParameterKind, RepoPath, Symbol, SymbolKind, Visibility};
use crate::language::{Language, python::Python};

fn map(text: &str) -> FileMap {
    Python.map_file(&RepoPath::parse("shop/cart.py").unwrap(), "shop.cart", text).unwrap()
}

fn names(map: &FileMap) -> Vec<&str> {
    map.symbols.iter().map(|symbol| symbol.local_name.as_str()).collect()
}

fn only(text: &str) -> Symbol {
    map(text).symbols.remove(0)
}

#[test]
fn symbols_carry_their_classes_and_functions_in_their_names() {
    let map = map(
        "class A:\n    class B:\n        def m(self):\n            def inner():\n                pass\n\ndef f(): pass\n",
    );
    assert_eq!(names(&map), ["A", "A.B", "A.B.m", "A.B.m.inner", "f"]);
    let kinds: Vec<SymbolKind> = map.symbols.iter().map(|symbol| symbol.kind).collect();
    use SymbolKind::{Class, Function, Method};
    assert_eq!(kinds, [Class, Class, Method, Function, Function]);
    assert_eq!(map.symbols[2].qualified_name, "shop.cart.A.B.m");
    assert_eq!(map.symbols[2].parent.as_deref(), Some("A.B"));
}

#[test]
fn parameters_know_how_they_can_be_given() {
    let symbol =
        only("def f(a, b: int, /, c, d=1, *rest: str, e, f: bool = True, **more) -> dict[str, int]:\n    pass\n");
    use ParameterKind::{Keyword, Normal, Positional, Rest, RestKeywords};
    let kinds: Vec<_> = symbol.parameters.iter().map(|p| (p.name.as_str(), p.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("a", Positional),
            ("b", Positional),
            ("c", Normal),
            ("d", Normal),
            ("rest", Rest),
            ("e", Keyword),
            ("f", Keyword),
            ("more", RestKeywords),
        ]
    );
    assert_eq!(symbol.parameters[1].annotation.as_deref(), Some("int"));
    assert_eq!(symbol.parameters[3].default.as_deref(), Some("1"));
    assert_eq!(symbol.parameters[4].annotation.as_deref(), Some("str"));
    assert_eq!(symbol.parameters[6].default.as_deref(), Some("True"));
    assert_eq!(symbol.returns.as_deref(), Some("dict[str, int]"));
}

#[test]
fn a_bare_star_makes_what_follows_keyword_only() {
    let symbol = only("def f(a, *, b):\n    pass\n");
    assert_eq!(
        symbol.parameters.iter().map(|p| p.kind).collect::<Vec<_>>(),
        [ParameterKind::Normal, ParameterKind::Keyword]
    );
}

#[test]
fn decorators_belong_to_their_definition() {
    let symbol = only("@app.get('/x')\n@cached\nasync def view(request):\n    pass\n");
    assert_eq!(symbol.decorators, ["app.get('/x')", "cached"]);
    assert_eq!((symbol.span.line_start, symbol.definition_line, symbol.is_async), (1, 3, true));
}

#[test]
fn docstrings_are_read_without_their_indentation() {
    let symbol = only("def f():\n    # first\n    \"\"\"Adds.\n\n    More:\n        - one\n    \"\"\"\n    return 1\n");
    assert_eq!(symbol.docstring.as_deref(), Some("Adds.\n\nMore:\n    - one"));
    assert_eq!(symbol.untested_lines, [3, 4, 5, 6, 7]);
    assert_eq!(only("def f():\n    f'{x}'\n").docstring, None);
    assert_eq!(only("def f():\n    return 'x'\n").docstring, None);
    assert_eq!(only("class A(B, metaclass=M):\n    'doc'\n").docstring.as_deref(), Some("doc"));
    assert_eq!(only("class A(B, metaclass=M):\n    'doc'\n").bases, ["B", "metaclass=M"]);
}

#[test]
fn calls_are_listed_by_name_without_arguments() {
    let symbol =
        only("def f(x):\n    a(b.c(1))\n    Cart(1).total(2)\n    (await self.go()).end()\n    x[0].y()\n    a()\n");
    assert_eq!(symbol.calls, ["Cart", "Cart.total", "a", "b.c", "self.go", "self.go.end"]);
}

#[test]
fn the_calls_of_a_class_are_those_of_its_own_lines() {
    let map = map("class A:\n    x = make()\n    def m(self):\n        other()\n");
    assert_eq!(map.symbols[0].calls, ["make"]);
    assert_eq!(map.symbols[1].calls, ["other"]);
}

#[test]
fn complexity_counts_decisions() {
    assert_eq!(only("def f():\n    return 1\n").complexity, 1);
    let text = "def f(a):\n    if a and b:\n        pass\n    elif c:\n        pass\n    for x in a:\n        while x:\n            pass\n    try:\n        pass\n    except E:\n        pass\n    return [y for y in a if y] if a else 1\n";
    assert_eq!(only(text).complexity, 10);
}

#[test]
fn lines_that_nobody_tests_are_told() {
    let text = "def f():\n    import os\n    logger.info('x')\n    if TYPE_CHECKING:\n        pass\n    return os\n";
    assert_eq!(only(text).untested_lines, [2, 3, 4, 5]);
}

#[test]
fn code_lines_are_neither_blank_nor_comments_nor_docstrings() {
    let map = map(
        "\"\"\"Doc.\"\"\"\n\n# comment\nx = '''a\nb'''\n\ndef f():\n    'doc'\n    return (  # here\n        1\n    )\n",
    );
    assert_eq!(map.code_lines, [4, 5, 7, 9, 10, 11]);
}

#[test]
fn a_lambda_bound_to_a_name_is_a_function() {
    let map = map("double = lambda x, y=2: x * y\n\ndef f():\n    local = lambda: 1\n    return local\n");
    assert_eq!(names(&map), ["double", "f"]);
    assert_eq!(map.symbols[0].parameters.len(), 2);
    assert!(map.constants.is_empty());
}

#[test]
fn names_bound_at_module_level_are_constants() {
    let map = map("A = 1\nB, C = 2, 3\nif x:\n    D: int = 4\nos.environ['X'] = 1\nA += 1\ndef f():\n    E = 1\n");
    let constants: Vec<&str> = map.constants.iter().map(|constant| constant.name.as_str()).collect();
    assert_eq!(constants, ["A", "B", "C", "D", "A"]);
}

#[test]
fn modern_and_unusual_syntax_is_read() {
    let text = concat!(
        "def größe(näme: str) -> str:\n    return f\"{näme!r:>{10}} {'a' if (n := len(näme)) > 1 else f'{n}'}\"\n",
        "def matching(x):\n    match x:\n        case {'a': [1, *_], **rest} if rest:\n            return 1\n        case Point(x=0) | None:\n            return 2\n        case _:\n            return 3\n",
        "def generic[T](x: T) -> T:\n    return x\n",
        "async def rows():\n    async with a as b, c:\n        async for x in b:\n            yield x\n",
        "def match(case, type): return case\n",
        "try:\n    pass\nexcept* ValueError:\n    pass\n",
    );
    let map = map(text);
    assert!(!map.broken);
    assert_eq!(names(&map), ["größe", "matching", "generic", "rows", "match"]);
}

#[test]
fn windows_line_ends_and_tabs_are_read() {
    let map = map("class A:\r\n\tdef m(self):\r\n\t\t\"\"\"Doc.\r\n\r\n\t\tMore.\r\n\t\t\"\"\"\r\n\t\treturn 1\r\n");
    assert_eq!(names(&map), ["A", "A.m"]);
    assert_eq!(map.symbols[1].docstring.as_deref(), Some("Doc.\n\nMore."));
    assert_eq!((map.symbols[1].span.line_start, map.symbols[1].span.line_end), (2, 7));
}

#[test]
fn what_is_broken_is_left_out_and_the_rest_is_read() {
    let map = map("def good():\n    return 1\n\ndef bad(:\n    return (\n\ndef also_good():\n    return 2\n");
    assert!(map.broken);
    assert!(names(&map).contains(&"good"), "{:?}", names(&map));
    assert!(!names(&map).contains(&"bad"));
}

#[test]
fn special_methods_are_public_and_underscored_ones_are_not() {
    let map = map(
        "class A:\n    def __init__(self): pass\n    def _a(self): pass\n    def __b(self): pass\n    def c(self): pass\n",
    );
    let visibility: Vec<Visibility> = map.symbols.iter().skip(1).map(|symbol| symbol.visibility).collect();
    assert_eq!(visibility, [Visibility::Public, Visibility::Protected, Visibility::Private, Visibility::Public]);
    assert_eq!(only("def _f(): pass\n").visibility, Visibility::Internal);
}
