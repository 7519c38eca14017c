//! How sure we are that a proven difference is a mistake.
//!
//! A difference is not a mistake by itself. The rules, in order:
//! 1. A strong sign that it is intended (the change's own words name the behaviour; its own tests ask for it; the
//!    signature changed) makes it `low`, or `medium` where the outcome turned into an exception that nobody planned.
//! 2. Otherwise a change that claims to keep behaviour, or an unplanned exception, makes it `high`; all else `medium`.
//! 3. A weak sign that it is intended (a fix or feature that names the symbol, a changed docstring) takes one step off.

use crate::domain::{ChangeKind, Confidence, GeneratedTest, OwnTestId, RevisionKey, Symbol, Target};

use super::Evidence;

const BEHAVIOUR_WORDS: [&str; 26] = [
    "now", "instead", "raise", "raises", "return", "returns", "default", "defaults", "round", "rounds", "reject",
    "rejects", "accept", "accepts", "allow", "allows", "ignore", "ignores", "include", "includes", "exclude",
    "excludes", "longer", "treat", "treats", "change",
];

/// The confidence in a proven regression, with its reasons.
pub(super) fn of_regression(evidence: &Evidence<'_>, test: &GeneratedTest) -> (Confidence, Vec<String>) {
    let mut reasons = vec!["passes on base and fails on head in every run".to_owned()];
    let target = evidence.map.targets.iter().find(|target| target.id == test.target);
    let unplanned = test.observation.unplanned_exception;
    let strong = target.map(|target| strong_signs(evidence, target)).unwrap_or_default();
    if !strong.is_empty() {
        reasons.extend(strong);
        if unplanned {
            reasons.push("but head ends in an exception that nobody planned".to_owned());
        }
        return (if unplanned { Confidence::Medium } else { Confidence::Low }, reasons);
    }
    let mut confidence = Confidence::Medium;
    if evidence.intent.kind.claims_no_behaviour_change() {
        reasons.push("the change says that behaviour stays as it is".to_owned());
        confidence = Confidence::High;
    }
    if unplanned {
        reasons.push("head ends in an exception that nobody planned".to_owned());
        confidence = Confidence::High;
    }
    let (differing, tried) = (test.observation.differing, test.observation.tried);
    if differing > 0 && differing < tried {
        reasons.push(format!("{differing} of {tried} inputs that were tried behave differently, the others as before"));
    }
    if let Some(sign) = target.and_then(|target| weak_sign(evidence, target)) {
        reasons.push(sign);
        confidence = one_step_less(confidence);
    }
    (confidence, reasons)
}

fn one_step_less(confidence: Confidence) -> Confidence {
    match confidence {
        Confidence::High => Confidence::Medium,
        Confidence::Medium | Confidence::Low => Confidence::Low,
    }
}

fn strong_signs(evidence: &Evidence<'_>, target: &Target) -> Vec<String> {
    let mut signs = Vec::new();
    let claims = &evidence.intent.behavior_changes;
    if let Some(claim) = claims.iter().find(|claim| names_behaviour(claim) && names(claim, &target.symbol)) {
        signs.push(format!("the change says so itself: \"{}\"", shortened(claim)));
    }
    if let Some(node) = own_test_that_asks_for_it(evidence, target) {
        signs.push(format!("the change's own test {} fails on base and passes on head", node.0));
    }
    if let Some(before) = signature_before(evidence, target)
        && before.parameters != target.symbol.parameters
    {
        signs.push(format!("the signature of {} changed", target.symbol.local_name));
    }
    signs
}

fn weak_sign(evidence: &Evidence<'_>, target: &Target) -> Option<String> {
    let intent = evidence.intent;
    if matches!(intent.kind, ChangeKind::Fix | ChangeKind::Feature) && names(&intent.description, &target.symbol) {
        return Some(format!("the change is about {}, so it may be meant", target.symbol.local_name));
    }
    let before = signature_before(evidence, target)?;
    (before.docstring.is_some() && before.docstring != target.symbol.docstring)
        .then(|| format!("the docstring of {} changed with it", target.symbol.local_name))
}

/// The symbol as base has it.
fn signature_before<'e>(evidence: &Evidence<'e>, target: &Target) -> Option<&'e Symbol> {
    let file = evidence.map.base_files.get(target.base_file.as_ref()?)?;
    file.symbols.iter().find(|symbol| symbol.local_name == target.symbol.local_name)
}

fn own_test_that_asks_for_it<'e>(evidence: &Evidence<'e>, target: &Target) -> Option<&'e OwnTestId> {
    let cells = &evidence.matrix.own_cells;
    let asks = |node: &OwnTestId| {
        let at = |key: RevisionKey| cells.get(&(node.clone(), key));
        at(RevisionKey::Head).is_some_and(crate::domain::Cell::all_passed)
            && at(RevisionKey::Base).is_some_and(|cell| cell.passed() == 0 && !cell.runs.is_empty())
    };
    let keys = cells.keys().filter(|(_, revision)| *revision == RevisionKey::Base).map(|(node, _)| node);
    keys.filter(|node| asks(node)).find(|node| mentions(evidence, node, &target.symbol))
}

/// Whether the file of a changed test names the symbol.
fn mentions(evidence: &Evidence<'_>, node: &OwnTestId, symbol: &Symbol) -> bool {
    let path = node.0.split("::").next().unwrap_or_default();
    let file = evidence.change.files.iter().find(|file| file.path.as_str() == path);
    let owner = symbol.parent.as_deref().and_then(|parent| parent.rsplit('.').next());
    let text = file.and_then(|file| file.after.as_deref()).unwrap_or_default();
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| word == symbol.name || Some(word) == owner && symbol.name.starts_with("__"))
}

fn names_behaviour(sentence: &str) -> bool {
    words(sentence).iter().any(|word| BEHAVIOUR_WORDS.contains(&word.as_str()))
}

/// Whether a sentence names the symbol: by its name, or by every word of its name (`total_price` by "total price").
fn names(sentence: &str, symbol: &Symbol) -> bool {
    let said = words(sentence);
    let parts = words(&symbol.name.replace('_', " "));
    let stem = |word: &str| word.trim_end_matches('s').to_owned();
    if parts.is_empty() || symbol.name.starts_with("__") {
        return symbol.parent.as_deref().is_some_and(|parent| said.contains(&parent.to_lowercase()));
    }
    said.contains(&symbol.name.to_lowercase()) || parts.iter().all(|part| said.iter().any(|s| stem(s) == stem(part)))
}

fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 160 { text.to_owned() } else { text.chars().take(159).chain(['…']).collect() }
}
