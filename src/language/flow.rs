//! The control flow of a function, from its syntax. The grammars name the parts of statements alike, so that one reading
//! serves them all.

use crate::domain::{ControlFlow, FlowEdge, FlowKind, FlowNode, FlowStep, Span, limits};

use super::syntax::Part;

/// How deep statements are read; what is nested deeper counts as one statement.
const NESTED: usize = 60;
const ENTRY: usize = 0;
const EXIT: usize = 1;

const FUNCTIONS: &[&str] = &[
    "function_definition",
    "function_declaration",
    "generator_function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "method_declaration",
    "constructor_declaration",
    "compact_constructor_declaration",
    "local_function_statement",
    "function_item",
];
const BLOCKS: &[&str] =
    &["block", "statement_block", "statement_list", "else_clause", "constructor_body", "declaration_list"];
const IFS: &[&str] = &["if_statement", "if_expression", "elif_clause"];
const LOOPS: &[&str] = &[
    "for_statement",
    "for_in_statement",
    "enhanced_for_statement",
    "foreach_statement",
    "for_expression",
    "while_statement",
    "while_expression",
    "do_statement",
    "loop_expression",
];
const SWITCHES: &[&str] = &[
    "match_statement",
    "match_expression",
    "switch_statement",
    "switch_expression",
    "expression_switch_statement",
    "type_switch_statement",
    "select_statement",
];
const CASES: &[&str] = &[
    "case_clause",
    "match_arm",
    "switch_case",
    "switch_default",
    "switch_block_statement_group",
    "switch_rule",
    "switch_section",
    "expression_case",
    "type_case",
    "communication_case",
    "default_case",
];
const TRIES: &[&str] = &["try_statement", "try_with_resources_statement"];
const CATCHES: &[&str] = &["except_clause", "except_group_clause", "catch_clause"];
const RETURNS: &[&str] = &["return_statement", "return_expression"];
const RAISES: &[&str] = &["raise_statement", "throw_statement", "throw_expression"];
const BREAKS: &[&str] = &["break_statement", "break_expression"];
const CONTINUES: &[&str] = &["continue_statement", "continue_expression"];

/// Ends that lead on to whatever comes next.
type Open = Vec<(usize, FlowStep)>;

/// A loop or a switch around a statement.
struct Around {
    /// Where `continue` goes; `None` for a switch.
    head: Option<usize>,
    breaks: Open,
}

struct Builder {
    nodes: Vec<FlowNode>,
    edges: Vec<FlowEdge>,
    around: Vec<Around>,
    /// Where exceptions go: the handlers of the innermost `try`, else the exit.
    handlers: Vec<Vec<usize>>,
}

/// The control flow of the function at a place, `complexity` as it was counted; `None` for what is no function, or has
/// no body.
pub(crate) fn control_flow(root: Part<'_>, place: Span, complexity: u32) -> Option<ControlFlow> {
    let is_there =
        |part: &Part<'_>| part.is_any(FUNCTIONS) && place.start_byte <= part.start() && part.end() <= place.end_byte;
    let function = root.descendants().find(is_there)?;
    let body = function.field("body")?;
    let node = |kind, line| FlowNode { kind, line_start: line, line_end: line };
    let mut builder = Builder {
        nodes: vec![node(FlowKind::Entry, function.line_start()), node(FlowKind::Exit, function.line_end())],
        edges: Vec::new(),
        around: Vec::new(),
        handlers: Vec::new(),
    };
    let open = builder.statement(body, vec![(ENTRY, FlowStep::Next)], 0);
    builder.join(open, EXIT);
    builder.edges.sort();
    builder.edges.dedup();
    let (paths, more_paths) = paths(builder.nodes.len(), &builder.edges);
    Some(ControlFlow { nodes: builder.nodes, edges: builder.edges, paths, more_paths, complexity })
}

impl Builder {
    fn join(&mut self, open: Open, to: usize) {
        self.edges.extend(open.into_iter().map(|(from, step)| FlowEdge { from, to, step }));
    }

    fn add(&mut self, kind: FlowKind, part: Part<'_>, open: Open) -> usize {
        let end = if kind == FlowKind::Statement || kind == FlowKind::Return || kind == FlowKind::Raise {
            part.line_end()
        } else {
            part.line_start()
        };
        self.nodes.push(FlowNode { kind, line_start: part.line_start(), line_end: end });
        let at = self.nodes.len() - 1;
        self.join(open, at);
        at
    }

    fn block(&mut self, block: Part<'_>, mut open: Open, depth: usize) -> Open {
        for child in block.named() {
            open = self.statement(child, open, depth + 1);
        }
        open
    }

    /// One statement; gives the ends that lead on from it. Nothing leads to what is never reached.
    fn statement(&mut self, part: Part<'_>, open: Open, depth: usize) -> Open {
        if open.is_empty() {
            return open;
        }
        if depth > NESTED {
            let at = self.add(FlowKind::Statement, part, open);
            return vec![(at, FlowStep::Next)];
        }
        let part = unwrapped(part);
        match part.kind() {
            kind if BLOCKS.contains(&kind) => self.block(part, open, depth),
            kind if IFS.contains(&kind) => self.condition(part, open, depth),
            kind if LOOPS.contains(&kind) => self.repeated(part, open, depth),
            kind if SWITCHES.contains(&kind) => self.switch(part, open, depth),
            kind if TRIES.contains(&kind) => self.guarded(part, open, depth),
            kind if RETURNS.contains(&kind) => {
                let at = self.add(FlowKind::Return, part, open);
                self.edges.push(FlowEdge { from: at, to: EXIT, step: FlowStep::Next });
                Vec::new()
            }
            kind if RAISES.contains(&kind) => {
                let at = self.add(FlowKind::Raise, part, open);
                self.raise(at);
                Vec::new()
            }
            kind if BREAKS.contains(&kind) => self.leave(part, open),
            kind if CONTINUES.contains(&kind) => self.again(part, open),
            "with_statement" | "labeled_statement" | "using_statement" | "lock_statement" => {
                let at = self.add(FlowKind::Statement, part, open);
                let body = part.field("body").or_else(|| part.named().last());
                let open = vec![(at, FlowStep::Next)];
                body.map_or_else(|| vec![(at, FlowStep::Next)], |body| self.statement(body, open, depth + 1))
            }
            _ => self.plain(part, open),
        }
    }

    fn plain(&mut self, part: Part<'_>, open: Open) -> Open {
        let at = self.add(FlowKind::Statement, part, open);
        // What can end early by `?`, or inside of a `try`.
        let can_fail = part.descendants().take(limits::FLOW_NODES).any(|inner| inner.is("try_expression"));
        if can_fail || !self.handlers.is_empty() {
            self.raise(at);
        }
        vec![(at, FlowStep::Next)]
    }

    fn raise(&mut self, from: usize) {
        let to = self.handlers.last().cloned().unwrap_or_else(|| vec![EXIT]);
        self.edges.extend(to.into_iter().map(|to| FlowEdge { from, to, step: FlowStep::Exception }));
    }

    fn leave(&mut self, part: Part<'_>, open: Open) -> Open {
        let at = self.add(FlowKind::Statement, part, open);
        if let Some(around) = self.around.last_mut() {
            around.breaks.push((at, FlowStep::Next));
        }
        Vec::new()
    }

    fn again(&mut self, part: Part<'_>, open: Open) -> Open {
        let at = self.add(FlowKind::Statement, part, open);
        let head = self.around.iter().rev().find_map(|around| around.head);
        if let Some(to) = head {
            self.edges.push(FlowEdge { from: at, to, step: FlowStep::Back });
        }
        Vec::new()
    }

    fn condition(&mut self, part: Part<'_>, open: Open, depth: usize) -> Open {
        let at = self.add(FlowKind::Branch, part, open);
        let taken = vec![(at, FlowStep::Taken)];
        let mut ends = match part.field("consequence") {
            Some(body) => self.statement(body, taken, depth + 1),
            None => taken,
        };
        let mut otherwise = vec![(at, FlowStep::NotTaken)];
        for alternative in part.fields("alternative") {
            if alternative.is("elif_clause") {
                let branch = self.add(FlowKind::Branch, alternative, otherwise);
                otherwise = vec![(branch, FlowStep::NotTaken)];
                let taken = vec![(branch, FlowStep::Taken)];
                if let Some(body) = alternative.field("consequence") {
                    ends.extend(self.statement(body, taken, depth + 1));
                }
            } else {
                otherwise = self.statement(alternative, otherwise, depth + 1);
            }
        }
        ends.extend(otherwise);
        ends
    }

    fn repeated(&mut self, part: Part<'_>, open: Open, depth: usize) -> Open {
        let head = self.add(FlowKind::Loop, part, open);
        self.around.push(Around { head: Some(head), breaks: Vec::new() });
        let ends = match part.field("body") {
            Some(body) => self.statement(body, vec![(head, FlowStep::Taken)], depth + 1),
            None => Vec::new(),
        };
        self.edges.extend(ends.into_iter().map(|(from, _)| FlowEdge { from, to: head, step: FlowStep::Back }));
        let mut after = vec![(head, FlowStep::NotTaken)];
        if part.is("loop_expression") {
            after.clear();
        }
        if let Some(otherwise) = part.field("alternative") {
            after = self.statement(otherwise, after, depth + 1);
        }
        after.extend(self.around.pop().map(|around| around.breaks).unwrap_or_default());
        after
    }

    fn switch(&mut self, part: Part<'_>, open: Open, depth: usize) -> Open {
        let at = self.add(FlowKind::Branch, part, open);
        let body = part.field("body").unwrap_or(part);
        let cases: Vec<Part<'_>> = body.named().filter(|child| child.is_any(CASES)).collect();
        self.around.push(Around { head: None, breaks: Vec::new() });
        let mut ends: Open = Vec::new();
        // C, JavaScript and Java go on with the next case where none of them breaks.
        let falls = part.is("switch_statement") || cases.iter().any(|case| case.is("switch_block_statement_group"));
        let mut fallen: Open = Vec::new();
        for case in &cases {
            let mut start = vec![(at, FlowStep::Taken)];
            start.append(&mut fallen);
            let after = self.case(*case, start, depth + 1);
            if falls { fallen = after } else { ends.extend(after) }
        }
        ends.append(&mut fallen);
        if !cases.iter().any(|case| is_default(*case)) {
            ends.push((at, FlowStep::NotTaken));
        }
        ends.extend(self.around.pop().map(|around| around.breaks).unwrap_or_default());
        ends
    }

    fn case(&mut self, case: Part<'_>, open: Open, depth: usize) -> Open {
        if let Some(body) = case.field("consequence").or_else(|| case.field("body")) {
            return self.statement(body, open, depth);
        }
        if case.is("match_arm") {
            return case.field("value").map_or(open.clone(), |value| self.statement(value, open, depth));
        }
        let is_label = |part: &Part<'_>| {
            part.is_any(&[
                "switch_label",
                "case_switch_label",
                "expression_list",
                "constant_pattern",
                "declaration_pattern",
            ]) || matches!(part.field_name(), Some("value" | "pattern" | "type" | "communication"))
        };
        let mut open = open;
        for statement in case.named().filter(|part| !is_label(part)) {
            open = self.statement(statement, open, depth);
        }
        open
    }

    fn guarded(&mut self, part: Part<'_>, open: Open, depth: usize) -> Open {
        let catches: Vec<Part<'_>> = part.named().filter(|child| child.is_any(CATCHES)).collect();
        let handlers: Vec<usize> =
            catches.iter().map(|handler| self.add(FlowKind::Catch, *handler, Vec::new())).collect();
        let finally = part.named().find(|child| child.is("finally_clause"));
        let has_handlers = !handlers.is_empty();
        if has_handlers {
            self.handlers.push(handlers.clone());
        }
        let mut ends = match part.field("body") {
            Some(body) => self.statement(body, open, depth + 1),
            None => open,
        };
        if has_handlers {
            self.handlers.pop();
        }
        if let Some(otherwise) = part.named().find(|child| child.is("else_clause")) {
            ends = self.statement(otherwise, ends, depth + 1);
        }
        for (handler, at) in catches.iter().zip(handlers) {
            let body = handler.field("body").or_else(|| handler.named().filter(|child| child.is_any(BLOCKS)).last());
            let start = vec![(at, FlowStep::Next)];
            ends.extend(match body {
                Some(body) => self.statement(body, start, depth + 1),
                None => start,
            });
        }
        match finally.and_then(|clause| clause.field("body").or_else(|| clause.named().last())) {
            Some(body) => self.statement(body, ends, depth + 1),
            None => ends,
        }
    }
}

/// What an expression statement, or brackets, hold.
fn unwrapped(part: Part<'_>) -> Part<'_> {
    let inner = part.is_any(&["expression_statement", "finally_clause"]).then(|| part.only()).flatten();
    inner.filter(|inner| !inner.is_any(&["string", "identifier"])).unwrap_or(part)
}

fn is_default(case: Part<'_>) -> bool {
    let text = case.text();
    case.is_any(&["switch_default", "default_case", "match_arm"])
        || text.starts_with("default")
        || text.starts_with("case _")
}

/// All ways from the entry to the exit that take each edge at most once, up to a bound.
fn paths(nodes: usize, edges: &[FlowEdge]) -> (Vec<Vec<usize>>, bool) {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (at, edge) in edges.iter().enumerate() {
        next[edge.from].push(at);
    }
    let mut found = Vec::new();
    // The edges of a way, and for each node of it which edge is tried next.
    let mut way: Vec<usize> = Vec::new();
    let mut tried: Vec<usize> = vec![0];
    let mut steps = 0;
    while let Some(turn) = tried.last_mut() {
        steps += 1;
        if found.len() >= limits::FLOW_PATHS || steps > limits::FLOW_STEPS {
            return (found, true);
        }
        let here = way.last().map_or(ENTRY, |edge| edges[*edge].to);
        let choice = next[here].get(*turn).copied();
        *turn += 1;
        match choice {
            None => {
                tried.pop();
                way.pop();
            }
            Some(edge) if way.contains(&edge) => {}
            Some(edge) if edges[edge].to == EXIT => {
                let nodes = std::iter::once(ENTRY).chain(way.iter().map(|edge| edges[*edge].to)).chain([EXIT]);
                found.push(nodes.collect());
            }
            Some(edge) => {
                way.push(edge);
                tried.push(0);
            }
        }
    }
    (found, false)
}

#[cfg(test)]
mod tests {
    use crate::domain::{ControlFlow, FlowKind, RepoPath};
    use crate::language;

    fn flow(path: &str, text: &str) -> ControlFlow {
        let path = RepoPath::parse(path).unwrap();
        let facts = language::mapper(&path).unwrap().facts(&path, text).unwrap();
        let symbol = facts.symbols.iter().find(|symbol| !symbol.kind.is_type()).unwrap();
        language::control_flow(&path, text, symbol).unwrap().unwrap()
    }

    const PYTHON: &str =
        "def f(a, b):\n    if a > b:\n        return 1\n    while b:\n        b = b - 1\n    return 2\n";
    const BODY: &str = "if (a > b) { return 1; } while (b > 0) { b = b - 1; } return 2;";

    #[test]
    fn one_function_has_one_flow_in_every_language() {
        let braces = |start: &str, end: &str| format!("{start} {{ {BODY} }}{end}");
        let go = BODY.replace("while", "for").replace("} for", "}\nfor").replace("} return 2", "}\nreturn 2");
        let texts = [
            ("a.py", PYTHON.to_owned()),
            ("a.js", braces("function f(a, b)", "")),
            ("a.ts", braces("const f = (a: number, b: number): number =>", ";")),
            ("A.java", braces("class A { int f(int a, int b)", " }")),
            ("A.cs", braces("class A { int F(int a, int b)", " }")),
            ("a.go", format!("package a\nfunc f(a, b int) int {{ {go} }}\n")),
            ("a.rs", braces("fn f(a: i32, mut b: i32) -> i32", "")),
        ];
        for (path, text) in texts {
            let flow = flow(path, &text);
            let count = |kind| flow.count(kind);
            let counts = (count(FlowKind::Branch), count(FlowKind::Loop), count(FlowKind::Return));
            assert_eq!((counts, flow.paths.len(), flow.complexity), ((1, 1, 2), 3, 3), "{path}: {flow:#?}");
            assert!(flow.paths.iter().all(|path| path.first() == Some(&0) && path.last() == Some(&1)));
        }
    }

    #[test]
    fn exceptions_lead_to_their_handlers_or_out() {
        let text = concat!(
            "def f(a):\n    try:\n        g(a)\n    except E:\n        return 1\n    finally:\n        h()\n",
            "    if not a:\n        raise ValueError\n    return 2\n"
        );
        let flow = flow("a.py", text);
        assert_eq!((flow.count(FlowKind::Catch), flow.count(FlowKind::Raise)), (1, 1));
        assert_eq!(flow.exception_paths().count(), 2, "{:?}", flow.paths);
    }

    #[test]
    fn cases_lead_on_by_themselves_or_into_the_next() {
        let python = "def f(a):\n    match a:\n        case 1:\n            x = 1\n        case _:\n            x = 2\n    return x\n";
        assert_eq!(flow("a.py", python).paths.len(), 2);
        let falling = "function f(a) { switch (a) { case 1: x(); case 2: y(); break; default: z(); } return 1; }";
        assert_eq!(flow("a.js", falling).paths.len(), 3);
    }

    #[test]
    fn paths_are_bounded() {
        let text = format!("def f(a):\n{}    return a\n", "    if a:\n        a = g(a)\n".repeat(30));
        let flow = flow("a.py", &text);
        assert!(flow.more_paths && flow.paths.len() == crate::domain::limits::FLOW_PATHS);
    }
}
