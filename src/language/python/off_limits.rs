//! The parts of a text that are never mutated, and those that nobody tests on purpose.

use std::collections::BTreeSet;

use super::syntax::{Part, Syntax};
use crate::language::OffLimits;

/// Decorators that say what a definition is. Others do something, and may be mutated.
const DESCRIBING_DECORATORS: &[&str] = &[
    "abstractmethod",
    "api_view",
    "asynccontextmanager",
    "cache",
    "cached_property",
    "classmethod",
    "command",
    "contextmanager",
    "dataclass",
    "define",
    "delete",
    "deprecated",
    "deleter",
    "final",
    "fixture",
    "frozen",
    "get",
    "getter",
    "group",
    "head",
    "lru_cache",
    "njit",
    "jit",
    "option",
    "argument",
    "options",
    "overload",
    "override",
    "parametrize",
    "patch",
    "post",
    "property",
    "put",
    "register",
    "route",
    "runtime_checkable",
    "setter",
    "skip",
    "skipif",
    "staticmethod",
    "total_ordering",
    "unique",
    "websocket",
    "wraps",
];

/// Methods of a logger.
const LOG_METHODS: &[&str] =
    &["debug", "info", "warning", "warn", "error", "exception", "critical", "log", "trace", "fatal"];

/// Names that loggers go by.
const LOGGERS: &[&str] = &["logging", "logger", "log", "_logger", "_log", "__logger"];

/// Names bound at module level that describe the module.
const METADATA: &[&str] = &["__all__", "__version__", "__author__", "__license__", "__copyright__", "__slots__"];

/// Comments that leave a statement or a branch out of coverage.
const NO_COVERAGE: &[&str] = &["pragma: no cover", "pragma: nocover", "pragma:no cover"];

/// What a condition looks at that depends on the machine and not on the code.
const SURROUNDINGS: &[&str] = &["sys.version_info", "sys.platform", "os.name", "platform.system()"];

/// All of them, in order of place.
pub(super) fn regions(syntax: &Syntax<'_>) -> Vec<OffLimits> {
    let mut regions: Vec<OffLimits> = syntax.root().descendants().filter_map(region).collect();
    regions.extend(without_coverage(syntax));
    regions.sort_by_key(|region| region.span);
    regions
}

/// Statements and branches that their author left out of coverage.
fn without_coverage(syntax: &Syntax<'_>) -> Vec<OffLimits> {
    let comments = syntax.root().descendants().filter(|part| part.is("comment"));
    let marked = comments.filter(|part| NO_COVERAGE.iter().any(|mark| part.text().contains(mark)));
    let lines: BTreeSet<u32> = marked.map(Part::line_start).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let holds = |part: &Part<'_>| {
        let kind = part.kind();
        kind.ends_with("_statement") || kind.ends_with("_definition") || kind.ends_with("_clause")
    };
    let left_out = syntax.root().descendants().filter(holds).filter(|part| lines.contains(&part.line_start()));
    left_out.map(|part| of(part, "no-coverage", "its author left it out of coverage", true)).collect()
}

fn region(part: Part<'_>) -> Option<OffLimits> {
    match part.kind() {
        "comment" => Some(of(part, "comment", "a comment does nothing", false)),
        "import_statement" | "import_from_statement" | "future_import_statement" => {
            Some(of(part, "import", "a broken import shows at once", true))
        }
        "type" => Some(of(part, "type-hint", "type hints do nothing at run time", false)),
        "decorator" => describes(part).then(|| of(part, "attribute", "it says what the definition is", false)),
        "expression_statement" => statement(part),
        "function_definition" => is_repr(part)
            .then(|| part.field("body"))?
            .map(|body| of(body, "repr", "how an object prints for debugging is not tested on purpose", true)),
        "if_statement" => if_statement(part),
        "raise_statement" => {
            is_abstract(part).then(|| of(part, "abstract", "what is not there yet can't be tested", true))
        }
        "comparison_operator" => SURROUNDINGS
            .iter()
            .any(|name| part.text().contains(name))
            .then(|| of(part, "surroundings", "it depends on the machine, and not on the code", false)),
        "assert_statement" => {
            part.named().nth(1).map(|message| of(message, "assertion-message", "it is only read by people", false))
        }
        _ => None,
    }
}

fn of(part: Part<'_>, rule: &'static str, reason: &'static str, untested: bool) -> OffLimits {
    OffLimits { span: part.span(), rule, reason, untested }
}

fn statement(statement: Part<'_>) -> Option<OffLimits> {
    let only = statement.only()?;
    match only.kind() {
        "string" | "concatenated_string" => Some(of(statement, "docstring", "a docstring does nothing", true)),
        "call" => is_logging(only).then(|| of(statement, "logging", "log lines are not tested on purpose", true)),
        "assignment" => only
            .field("left")
            .filter(|left| METADATA.contains(&left.text()))
            .map(|_| of(statement, "metadata", "it describes the module and does nothing", false)),
        _ => None,
    }
}

/// Whether a call only writes to a log: `logger.debug(…)`, `self.log.info(…)`, `warnings.warn(…)`.
pub(super) fn is_logging(call: Part<'_>) -> bool {
    let Some(function) = call.field("function").filter(|function| function.is("attribute")) else { return false };
    let (Some(object), Some(method)) = (function.field("object"), function.field("attribute")) else { return false };
    let owner = match object.kind() {
        "attribute" => object.field("attribute").map_or("", Part::text),
        // `logging.getLogger(__name__).info(…)`
        "call" => object.text().split(['.', '(']).next().unwrap_or_default(),
        _ => object.text(),
    };
    let owner = owner.to_ascii_lowercase();
    match method.text() {
        "warn" if owner == "warnings" => true,
        "print_exc" | "print_stack" => owner == "traceback",
        method => LOG_METHODS.contains(&method) && (LOGGERS.contains(&owner.as_str()) || owner.ends_with("logger")),
    }
}

fn describes(decorator: Part<'_>) -> bool {
    let Some(mut named) = decorator.only() else { return true };
    if named.is("call") {
        let Some(function) = named.field("function") else { return true };
        named = function;
    }
    DESCRIBING_DECORATORS.contains(&named.field("attribute").unwrap_or(named).text())
}

fn is_repr(function: Part<'_>) -> bool {
    function.field("name").is_some_and(|name| name.text() == "__repr__")
}

/// `raise NotImplementedError`
fn is_abstract(statement: Part<'_>) -> bool {
    let raised = statement.named().next();
    let name = raised.and_then(|raised| if raised.is("call") { raised.field("function") } else { Some(raised) });
    name.is_some_and(|name| name.text() == "NotImplementedError")
}

fn if_statement(statement: Part<'_>) -> Option<OffLimits> {
    let condition = statement.field("condition")?;
    let text = condition.text().trim_matches(['(', ')']);
    let last = text.rsplit('.').next().unwrap_or_default();
    let (rule, reason) = if last == "TYPE_CHECKING" {
        ("type-checking", "it is only read by type checkers")
    } else if text.starts_with("__name__") && text.contains("__main__") {
        ("entry-point", "it only runs when the file is started as a program")
    } else if matches!(last, "DEBUG" | "__debug__" | "debug" | "_debug") || last.starts_with("isEnabledFor(") {
        ("debug-branch", "debug branches are not tested on purpose")
    } else {
        return None;
    };
    let body = statement.field("consequence")?;
    let mut region = of(statement, rule, reason, true);
    (region.span.end_byte, region.span.line_end) = (body.end(), body.line_end());
    Some(region)
}

#[cfg(test)]
mod tests {
    use crate::domain::RepoPath;
    use crate::language::{Language, python::Python};

    fn rules(text: &str) -> Vec<(&'static str, String)> {
        let regions = Python.off_limits(&RepoPath::parse("a.py").unwrap(), text).unwrap();
        regions.into_iter().map(|r| (r.rule, text[r.span.start_byte..r.span.end_byte].to_owned())).collect()
    }

    #[test]
    fn what_does_nothing_at_run_time_is_off_limits() {
        let text = "import os\n\"\"\"Doc.\"\"\"\nx: int = 1  # one\n__all__ = ['x']\nassert x, 'no x'\n";
        let found: Vec<&str> = rules(text).into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(found, ["import", "docstring", "type-hint", "comment", "metadata", "assertion-message"]);
    }

    #[test]
    fn logging_is_told_from_other_calls() {
        let logged = |line: &str| rules(&format!("{line}\n")).iter().any(|(rule, _)| *rule == "logging");
        for line in [
            "logger.debug('x')",
            "self.log.info(x)",
            "logging.getLogger('a').error('x')",
            "warnings.warn('x')",
            "LOG.warning('x')",
            "self._request_logger.info('x')",
        ] {
            assert!(logged(line), "{line}");
        }
        for line in ["math.log(x)", "catalog.info(x)", "self.error(x)", "print(x)", "x = logger.handlers"] {
            assert!(!logged(line), "{line}");
        }
    }

    #[test]
    fn blocks_that_nobody_tests_are_off_limits_and_their_else_is_not() {
        let text = "if TYPE_CHECKING:\n    import a\nelse:\n    b = 1\nif __name__ == '__main__':\n    main()\n";
        let found = rules(text);
        assert_eq!(found[0], ("type-checking", "if TYPE_CHECKING:\n    import a".to_owned()));
        assert!(found.iter().any(|(rule, _)| *rule == "entry-point"));
        assert!(!found.iter().any(|(_, text)| text.contains("b = 1")));
    }

    #[test]
    fn only_decorators_that_describe_are_attributes() {
        let text = "@property\n@app.route('/x')\n@login_required\ndef f(self):\n    pass\n";
        let found: Vec<String> = rules(text).into_iter().map(|(_, text)| text).collect();
        assert_eq!(found, ["@property", "@app.route('/x')"]);
    }
}
