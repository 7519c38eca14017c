//! What a file imports, and under which names.

use crate::domain::{Binding, Import, ImportedName, RepoPath};

use super::syntax::{Part, Syntax};

/// Modules as written, and the names that they bind; both sorted.
pub(super) fn imports(path: &RepoPath, module: &str, syntax: &Syntax<'_>) -> (Vec<String>, Vec<Binding>) {
    let package = package_of(path, module);
    let mut written = Vec::new();
    let mut bindings = Vec::new();
    for part in syntax.root().descendants() {
        match part.kind() {
            "import_statement" => plain(part, &mut written, &mut bindings),
            "import_from_statement" => from(part, package, &mut written, &mut bindings),
            "future_import_statement" => written.push("__future__".to_owned()),
            _ => {}
        }
    }
    written.sort();
    written.dedup();
    bindings.sort();
    bindings.dedup();
    (written, bindings)
}

/// The package that relative imports start from.
fn package_of<'m>(path: &RepoPath, module: &'m str) -> &'m str {
    if path.file_name() == "__init__.py" { module } else { module.rsplit_once('.').map_or("", |(package, _)| package) }
}

/// `import a.b, c as d`
fn plain(statement: Part<'_>, written: &mut Vec<String>, bindings: &mut Vec<Binding>) {
    for name in statement.fields("name") {
        let (target, alias) = name_and_alias(name);
        written.push(target.clone());
        let (name, target) = match alias {
            Some(alias) => (alias, target),
            None => {
                let first = target.split('.').next().unwrap_or_default().to_owned();
                (first.clone(), first)
            }
        };
        bindings.push(Binding { name, target });
    }
}

/// `from .a import b as c, d`
fn from(statement: Part<'_>, package: &str, written: &mut Vec<String>, bindings: &mut Vec<Binding>) {
    let Some(source) = statement.field("module_name").map(dotted) else { return };
    let absolute = absolute(package, &source);
    for name in statement.fields("name") {
        let (target, alias) = name_and_alias(name);
        let full = join(&absolute, &target);
        bindings.push(Binding { name: alias.unwrap_or(target), target: full });
    }
    if statement.children().any(|child| child.is("wildcard_import")) {
        bindings.push(Binding { name: "*".to_owned(), target: absolute });
    }
    written.push(source);
}

/// The imports of a file, in order of place.
pub(super) fn statements(syntax: &Syntax<'_>, is_package: bool) -> Vec<Import> {
    let mut imports = Vec::new();
    for part in syntax.root().descendants() {
        match part.kind() {
            "import_statement" => imports.extend(part.fields("name").map(|name| module(part, name))),
            "import_from_statement" => imports.extend(names_of(part, is_package)),
            _ => {}
        }
    }
    imports
}

/// `import a.b` binds `a`, `import a.b as c` binds `c`.
fn module(statement: Part<'_>, name: Part<'_>) -> Import {
    let (source, alias) = name_and_alias(name);
    let names = match alias {
        Some(local) => vec![ImportedName { name: "*".into(), local: local.into() }],
        None => Vec::new(),
    };
    Import::taken(source, names, statement.line_start())
}

/// The names that a package takes from its modules are its own for others.
fn names_of(statement: Part<'_>, is_package: bool) -> Option<Import> {
    let source = statement.field("module_name").map(dotted)?;
    let mut names: Vec<ImportedName> = statement
        .fields("name")
        .map(|name| {
            let (name, alias) = name_and_alias(name);
            ImportedName { local: alias.unwrap_or_else(|| name.clone()).into(), name: name.into() }
        })
        .collect();
    if statement.children().any(|child| child.is("wildcard_import")) {
        names.push(ImportedName { name: "*".into(), local: "*".into() });
    }
    let reexported = is_package && source.starts_with('.');
    Some(Import { source: source.into(), names, line: statement.line_start(), reexported, files: Vec::new() })
}

fn name_and_alias(name: Part<'_>) -> (String, Option<String>) {
    match (name.field("name"), name.field("alias")) {
        (Some(target), alias) => (dotted(target), alias.map(|alias| alias.text().to_owned())),
        (None, _) => (dotted(name), None),
    }
}

/// A dotted name without the white space that may stand in it.
fn dotted(name: Part<'_>) -> String {
    name.text().split_whitespace().collect()
}

fn absolute(package: &str, source: &str) -> String {
    let rest = source.trim_start_matches('.');
    let dots = source.len() - rest.len();
    if dots == 0 {
        return rest.to_owned();
    }
    let mut base: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
    base.truncate(base.len().saturating_sub(dots - 1));
    join(&base.join("."), rest)
}

fn join(one: &str, other: &str) -> String {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other.to_owned(),
        (_, true) => one.to_owned(),
        _ => format!("{one}.{other}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::RepoPath;
    use crate::language::{Language, python::Python};

    fn bindings(path: &str, module: &str, text: &str) -> Vec<String> {
        let map = Python.map_file(&RepoPath::parse(path).unwrap(), module, text).unwrap();
        map.bindings.iter().map(|binding| format!("{}={}", binding.name, binding.target)).collect()
    }

    #[test]
    fn absolute_imports_bind_their_first_name_or_their_alias() {
        assert_eq!(
            bindings("a.py", "a", "import os.path, json as j\nfrom shop.cart import total as t, Cart\n"),
            ["Cart=shop.cart.Cart", "j=json", "os=os", "t=shop.cart.total"]
        );
    }

    #[test]
    fn relative_imports_are_made_absolute() {
        let text = "from . import cart\nfrom .tax import rate\nfrom ..core import *\n";
        assert_eq!(
            bindings("shop/web/view.py", "shop.web.view", text),
            ["*=shop.core", "cart=shop.web.cart", "rate=shop.web.tax.rate"]
        );
        assert_eq!(bindings("shop/__init__.py", "shop", "from .cart import total\n"), ["total=shop.cart.total"]);
    }

    #[test]
    fn imports_are_listed_as_written() {
        let map = Python
            .map_file(&RepoPath::parse("a.py").unwrap(), "a", "import os\ndef f():\n    from .b import c\n")
            .unwrap();
        assert_eq!(map.imports, [".b", "os"]);
    }
}
