//! Signs that a difference is intended, and signs that it is not.

use std::collections::BTreeSet;

use crate::domain::{
    Cell, ChangeKind, FileMap, GeneratedTest, Mutant, Name, Outcome, OwnTestId, Parameter, ParameterKind, RevisionKey,
    Statement, StatementSource, Symbol, Target,
};

use super::Evidence;
use super::wording::{
    announced_exception, announced_status, behaviour_in, has_one_of, has_other_words, is_about_code, names,
    names_another_number, names_behaviour, names_both_numbers, other_numbers, replaces_outcome, retells,
    says_it_changed, says_something_else, shortened,
};

/// What a sign weighs; see `confidence.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It is intended.
    Intended,
    /// It may be intended.
    Hint,
    /// Head ends in an exception that nobody planned.
    Unplanned,
    /// The change says that behaviour stays as it is.
    Promise,
    /// Only few inputs behave differently.
    Few,
    /// Said, and weighs nothing.
    Fact,
}

/// A sign.
#[derive(Debug)]
pub(super) struct Sign {
    /// What it weighs.
    pub(super) weight: Weight,
    /// The sign, in words.
    pub(super) words: String,
}

/// How many changed symbols a title may be about that names none of them.
const FEW_TARGETS: usize = 3;

/// All signs about what a test shows, those that it is intended first.
pub(super) fn of(evidence: &Evidence<'_>, test: &GeneratedTest) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    let target = evidence.map.targets.iter().find(|target| target.id == test.target);
    for subject in target.map(|target| subjects(evidence, target)).unwrap_or_default() {
        signs.extend(own_tests(evidence, subject));
        signs.extend(words(evidence, test, subject));
        signs.extend(signature(evidence, subject));
        signs.extend(docstring(evidence, test, subject));
        signs.extend(docstring_of_class(evidence, test, subject));
    }
    signs.extend(target.and_then(|target| docstring_below(evidence, test, target)));
    signs.extend(about_behaviour(evidence));
    signs.extend(retold(evidence));
    signs.extend(numbers(evidence, test));
    signs.extend(against(evidence, test, &signs));
    let mut said = BTreeSet::new();
    signs.retain(|sign| said.insert(sign.words.clone()));
    signs
}

fn sign(weight: Weight, words: String) -> Sign {
    Sign { weight, words }
}

/// What a difference of `target` can come from: itself, where it changed, else the changed symbols that it calls.
fn subjects<'e>(evidence: &Evidence<'e>, target: &'e Target) -> Vec<&'e Target> {
    if target.changed {
        return vec![target];
    }
    let mut reached = reached(evidence, target);
    reached.retain(|target| target.changed);
    let all = || evidence.map.targets.iter().filter(|target| target.changed).collect();
    if reached.is_empty() { all() } else { reached }
}

/// A target and what it calls among the targets, through any number of calls.
fn reached<'t>(evidence: &Evidence<'t>, target: &'t Target) -> Vec<&'t Target> {
    let targets = &evidence.map.targets;
    let mut reached: Vec<&Target> = vec![target];
    let mut next = 0;
    while let Some(caller) = reached.get(next).copied() {
        let called = |other: &&Target| {
            let name = other.symbol.name.as_str();
            caller.symbol.calls.iter().any(|call| call.rsplit('.').next() == Some(name))
        };
        let new: Vec<&Target> =
            targets.iter().filter(called).filter(|t| reached.iter().all(|r| r.id != t.id)).collect();
        reached.extend(new);
        next += 1;
    }
    reached
}

/// The change's own tests ask for the new outcome, or no longer for the old one.
fn own_tests(evidence: &Evidence<'_>, subject: &Target) -> Vec<Sign> {
    let mut signs = Vec::new();
    if let Some(node) = own_test_that_asks_for_it(evidence, subject) {
        let words = format!("the change's own test {} fails on base and passes on head", node.0);
        signs.push(sign(Weight::Intended, words));
    }
    let rewritten = evidence.intent.rewritten_tests.iter().find(|test| is_named_in(&test.words, &subject.symbol));
    if let Some(test) = rewritten {
        let words = format!("the change alters what {} asserts about {}", test.name, subject.symbol.local_name);
        signs.push(sign(Weight::Intended, words));
    }
    signs
}

fn own_test_that_asks_for_it<'e>(evidence: &Evidence<'e>, subject: &Target) -> Option<&'e OwnTestId> {
    let cells = &evidence.matrix.own_cells;
    let failed_on_base =
        cells.iter().filter(|((_, revision), cell)| *revision == RevisionKey::Base && cell.all_failed());
    let passes_on_head = |node: &OwnTestId| cells.get(&(node.clone(), RevisionKey::Head)).is_some_and(Cell::all_passed);
    // One that base can't run, as it lacks an option, asks for what the option does.
    let is_asked = |on_base: &Cell| !(lacks_option(on_base) && has_new_option(evidence, subject));
    let asking: Vec<(&OwnTestId, &Cell)> = failed_on_base
        .map(|((node, _), cell)| (node, cell))
        .filter(|(node, on_base)| passes_on_head(node) && is_asked(on_base))
        .collect();
    let named = asking.iter().find(|(node, _)| mentions(evidence, node, &subject.symbol));
    let found = named.or_else(|| asking.iter().find(|(node, on_base)| reaches_only(evidence, node, on_base, subject)));
    found.map(|(node, _)| *node)
}

/// Whether a test fails on base for an argument that base doesn't know.
fn lacks_option(on_base: &Cell) -> bool {
    let lacks = |message: &str| message.contains("TypeError") && message.contains("argument");
    on_base.runs.iter().all(|run| matches!(run, Outcome::Failed { message, .. } if lacks(message)))
}

/// Whether a test that asserts another outcome than base has notices mutants of this symbol, and of no other one.
fn reaches_only(evidence: &Evidence<'_>, node: &OwnTestId, on_base: &Cell, subject: &Target) -> bool {
    let asserts = |run: &Outcome| matches!(run, Outcome::Failed { own_assertion: true, .. });
    let noticed = |mutant: &&Mutant| {
        let cell = evidence.matrix.own_cells.get(&(node.clone(), RevisionKey::Mutant(mutant.id.clone())));
        cell.is_some_and(Cell::all_failed)
    };
    let mut mutants = evidence.mutants.iter().filter(noticed).peekable();
    let is_of_subject = |mutant: &Mutant| mutant.symbol == subject.symbol.qualified_name;
    on_base.runs.iter().all(asserts) && mutants.peek().is_some() && mutants.all(is_of_subject)
}

/// Whether the file of a changed test names the symbol.
fn mentions(evidence: &Evidence<'_>, node: &OwnTestId, symbol: &Symbol) -> bool {
    let path = node.0.split("::").next().unwrap_or_default();
    let file = evidence.change.files.iter().find(|file| file.path.as_str() == path);
    let text = file.and_then(|file| file.after.as_deref()).unwrap_or_default();
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned);
    is_named_in(&words.collect(), symbol)
}

/// Whether code with these words uses the symbol; special methods are used by their class.
fn is_named_in(words: &BTreeSet<String>, symbol: &Symbol) -> bool {
    let owner = symbol.parent.as_deref().and_then(|parent| parent.rsplit('.').next());
    words.contains(symbol.name.as_str())
        || symbol.name.starts_with("__") && owner.is_some_and(|owner| words.contains(owner))
}

/// What the author says of the symbol, and of the outcome.
fn words(evidence: &Evidence<'_>, test: &GeneratedTest, subject: &Target) -> Vec<Sign> {
    let mut signs = Vec::new();
    let said = evidence.intent.statements.iter().filter(|said| !said.kind.claims_no_behaviour_change());
    for statement in said {
        let quoted = shortened(&statement.text);
        let named = names(&statement.text, &subject.symbol);
        let outcome = named || !statement.source.is_documentation();
        if named && names_behaviour(&statement.text, &subject.symbol) {
            signs.push(sign(Weight::Intended, format!("{}: \"{quoted}\"", speaker(statement.source))));
        } else if let Some(exception) = announced_exception(&statement.text, test).filter(|_| outcome) {
            signs.push(sign(Weight::Intended, format!("the change announces {exception}: \"{quoted}\"")));
        } else if let Some(status) = announced_status(&statement.text, test).filter(|_| outcome) {
            signs.push(sign(Weight::Intended, format!("the change names {status}: \"{quoted}\"")));
        } else if named && is_about_it(statement) && !has_new_option(evidence, subject) {
            let words = format!("the change is about {}, so it may be meant", subject.symbol.local_name);
            signs.push(sign(Weight::Hint, words));
        }
    }
    signs
}

fn speaker(source: StatementSource) -> &'static str {
    match source {
        StatementSource::Docs | StatementSource::DocsInstead => "the documentation says so",
        StatementSource::Changelog => "the changelog says so",
        StatementSource::Title | StatementSource::Body | StatementSource::Commit => "the change says so itself",
    }
}

fn is_about_it(statement: &Statement) -> bool {
    let subject = matches!(statement.source, StatementSource::Title | StatementSource::Commit);
    subject && !is_about_code(&statement.text) && matches!(statement.kind, ChangeKind::Fix | ChangeKind::Feature)
}

/// A title or a changelog that speaks of behaviour without naming a symbol, in a change of few symbols. Only what users
/// see comes into a changelog.
fn about_behaviour(evidence: &Evidence<'_>) -> Vec<Sign> {
    let changed = evidence.map.targets.iter().filter(|target| target.changed).count();
    let speaks = |said: &&Statement| !said.kind.claims_no_behaviour_change() && behaviour_in(&said.text);
    let of = |source| evidence.intent.statements.iter().filter(move |said| said.source == source);
    let title = of(StatementSource::Title).find(speaks).map(|title| {
        let quoted = shortened(&title.text);
        if replaces_outcome(&title.text) {
            return sign(Weight::Intended, format!("the title says what comes out instead: \"{quoted}\""));
        }
        sign(Weight::Hint, format!("the title is about behaviour: \"{quoted}\""))
    });
    let changelog = of(StatementSource::Changelog).find(speaks).map(|entry| {
        sign(Weight::Intended, format!("the changelog is about behaviour: \"{}\"", shortened(&entry.text)))
    });
    title.into_iter().chain(changelog).filter(|_| changed <= FEW_TARGETS).collect()
}

/// What the title says, said again by documentation in the place of what it said before, or by the body of what is so
/// now, in a change of few symbols.
fn retold(evidence: &Evidence<'_>) -> Option<Sign> {
    if evidence.map.targets.iter().filter(|target| target.changed).count() > FEW_TARGETS {
        return None;
    }
    let of = |source| evidence.intent.statements.iter().filter(move |said: &&Statement| said.source == source);
    let is_now = |said: &&Statement| !said.kind.claims_no_behaviour_change() && behaviour_in(&said.text);
    let titles = of(StatementSource::Title).filter(|said| !said.kind.claims_no_behaviour_change());
    let said = titles.flat_map(|title| {
        let again = of(StatementSource::DocsInstead).chain(of(StatementSource::Body).filter(is_now));
        again.filter(|said| retells(&title.text, &said.text))
    });
    let words = |said: &Statement| format!("{}: \"{}\"", speaker(said.source), shortened(&said.text));
    said.map(|again| sign(Weight::Intended, words(again))).next()
}

/// A signature that changed: callers must follow, or may.
fn signature(evidence: &Evidence<'_>, subject: &Target) -> Option<Sign> {
    let before = &on_base(evidence, subject)?.parameters;
    let after = &subject.symbol.parameters;
    let name = &subject.symbol.local_name;
    if must_follow(before, after) {
        return Some(sign(Weight::Intended, format!("the signature of {name} changed, and its callers must follow")));
    }
    if is_option_of_its_own(before, after) {
        return Some(sign(Weight::Fact, format!("{name} takes a new option, and calls without it do otherwise")));
    }
    if after.len() > before.len() {
        return Some(sign(Weight::Hint, format!("{name} takes a new option")));
    }
    // A parameter that had none was always given.
    let default =
        after.iter().zip(before).find(|(after, before)| before.default.is_some() && after.default != before.default);
    default.map(|(after, _)| sign(Weight::Hint, format!("the default of {} of {name} changed", after.name)))
}

/// Whether the symbol takes a new option, which calls that were right before know nothing of.
fn has_new_option(evidence: &Evidence<'_>, subject: &Target) -> bool {
    let (after, before) = (&subject.symbol.parameters, on_base(evidence, subject).map(|base| &base.parameters));
    before.is_some_and(|before| is_option_of_its_own(before, after))
}

/// Whether what is new among parameters could not be given before: neither in the place of an old one, nor among any.
fn is_option_of_its_own(before: &[Parameter], after: &[Parameter]) -> bool {
    let takes_any = |parameter: &Parameter| matches!(parameter.kind, ParameterKind::Rest | ParameterKind::RestKeywords);
    let by_place = |parameters: &[Parameter]| -> Vec<Name> {
        let placed = |p: &&Parameter| matches!(p.kind, ParameterKind::Positional | ParameterKind::Normal);
        parameters.iter().filter(placed).map(|parameter| parameter.name.clone()).collect()
    };
    after.len() > before.len()
        && !before.iter().any(takes_any)
        && !must_follow(before, after)
        && by_place(after).starts_with(&by_place(before))
}

/// Whether a call that was right before is right no more: something is gone, renamed, moved, or new and needed.
fn must_follow(before: &[Parameter], after: &[Parameter]) -> bool {
    let shape = |parameter: &Parameter| (parameter.name.clone(), parameter.kind);
    let kept: Vec<&Parameter> = after.iter().filter(|new| before.iter().any(|old| old.name == new.name)).collect();
    let same = kept.iter().map(|p| shape(p)).eq(before.iter().map(shape));
    let needed = |new: &&Parameter| {
        let takes_any = matches!(new.kind, ParameterKind::Rest | ParameterKind::RestKeywords);
        new.default.is_none() && !takes_any
    };
    let is_new = |new: &&Parameter| before.iter().all(|old| old.name != new.name);
    let no_more_default = kept
        .iter()
        .any(|new| new.default.is_none() && before.iter().any(|o| o.name == new.name && o.default.is_some()));
    !same || no_more_default || after.iter().filter(is_new).any(|new| needed(&new))
}

/// A docstring that changed: strong where it newly names the exception that head raises, or says something else in a
/// change that does not promise to keep behaviour.
fn docstring(evidence: &Evidence<'_>, test: &GeneratedTest, subject: &Target) -> Option<Sign> {
    let before = on_base(evidence, subject)?.docstring.as_deref().unwrap_or_default();
    let after = subject.symbol.docstring.as_deref().unwrap_or_default();
    let name = &subject.symbol.local_name;
    if let Some(exception) = announced_exception(after, test)
        && !before.contains(exception.as_str())
    {
        return Some(sign(Weight::Intended, format!("the docstring of {name} now names {exception}")));
    }
    if before.is_empty() || !has_other_words(before, after) {
        return None;
    }
    // What nobody planned no rewording announces.
    let can_tell = !evidence.intent.kind.claims_no_behaviour_change() && !test.observation.unplanned_exception;
    if can_tell && says_otherwise(before, after) {
        return Some(sign(Weight::Intended, format!("the docstring of {name} says something else now")));
    }
    // Together with a title about behaviour it is what the title is about.
    let is_announced = can_tell && about_behaviour(evidence).iter().any(|sign| sign.weight == Weight::Hint);
    let weight = match is_announced {
        true => Weight::Intended,
        false if has_new_option(evidence, subject) => Weight::Fact,
        false => Weight::Hint,
    };
    Some(sign(weight, format!("the docstring of {name} changed with it")))
}

/// The docstring of a changed symbol that a changed target reaches, where it says that something was otherwise before.
fn docstring_below(evidence: &Evidence<'_>, test: &GeneratedTest, target: &Target) -> Option<Sign> {
    if !target.changed {
        return None;
    }
    let mut below = reached(evidence, target).into_iter().filter(|other| other.changed && other.id != target.id);
    let can_tell = !evidence.intent.kind.claims_no_behaviour_change() && !test.observation.unplanned_exception;
    let told = below.find(|other| {
        let before = on_base(evidence, other).and_then(|symbol| symbol.docstring.as_deref());
        says_it_changed(before.unwrap_or_default(), other.symbol.docstring.as_deref().unwrap_or_default())
    })?;
    let words = format!("the docstring of {} says something else now", told.symbol.local_name);
    can_tell.then(|| sign(Weight::Intended, words))
}

/// Whether a docstring says something else, another number, or that something was otherwise before.
fn says_otherwise(before: &str, after: &str) -> bool {
    says_something_else(before, after) || names_another_number(before, after) || says_it_changed(before, after)
}

/// The docstring of a method's class that names another number: "pages are counted from 1".
fn docstring_of_class(evidence: &Evidence<'_>, test: &GeneratedTest, subject: &Target) -> Option<Sign> {
    let class = subject.symbol.parent.as_ref()?;
    let of = |file: &FileMap| file.symbols.iter().find(|symbol| symbol.local_name == *class)?.docstring.clone();
    let before = of(evidence.map.base_files.get(subject.base_file.as_ref()?)?)?;
    let after = of(evidence.map.files.get(&subject.file)?)?;
    let seen = &test.observation;
    let can_tell = !evidence.intent.kind.claims_no_behaviour_change() && !seen.unplanned_exception;
    let (gone, new) = other_numbers(&before, &after);
    let shown = || [&seen.before, &seen.now].into_iter().flatten();
    let is_named = shown().any(|text| has_one_of(&gone, text) || has_one_of(&new, text));
    let words = format!("the docstring of {class} says something else now");
    (can_tell && names_another_number(&before, &after) && is_named).then(|| sign(Weight::Intended, words))
}

/// A title that names the number that came out, and the one that comes out now.
fn numbers(evidence: &Evidence<'_>, test: &GeneratedTest) -> Option<Sign> {
    let seen = &test.observation;
    let (before, now) = (seen.before.as_deref()?, seen.now.as_deref()?);
    let titles = evidence.intent.statements.iter().filter(|said| said.source == StatementSource::Title);
    let mut titles = titles.filter(|said| !said.kind.claims_no_behaviour_change());
    let title = titles.find(|said| names_both_numbers(&said.text, before, now))?;
    let words = format!("the title names what comes out instead: \"{}\"", shortened(&title.text));
    Some(sign(Weight::Intended, words))
}

/// The symbol as base has it.
fn on_base<'e>(evidence: &Evidence<'e>, target: &Target) -> Option<&'e Symbol> {
    let file = evidence.map.base_files.get(target.base_file.as_ref()?)?;
    file.symbols.iter().find(|symbol| symbol.local_name == target.symbol.local_name)
}

/// Signs that it is not intended.
fn against(evidence: &Evidence<'_>, test: &GeneratedTest, found: &[Sign]) -> Vec<Sign> {
    let mut signs = Vec::new();
    let seen = &test.observation;
    let kind = evidence.intent.kind;
    let denied = evidence.intent.statements.iter().any(|said| {
        said.source == StatementSource::Body && said.kind == ChangeKind::Refactoring && said.text.contains("behavio")
    });
    if kind.claims_no_behaviour_change() || denied {
        signs.push(sign(Weight::Promise, "the change says that behaviour stays as it is".to_owned()));
    }
    if seen.unplanned_exception && !is_planned(found, test) {
        signs.push(sign(Weight::Unplanned, "head ends in an exception that nobody planned".to_owned()));
    }
    if seen.endless {
        signs.push(sign(Weight::Unplanned, "head does not come to an end any more".to_owned()));
    }
    if seen.differing > 0 && seen.differing < seen.tried {
        let few = seen.differing.saturating_mul(4) <= seen.tried && kind != ChangeKind::Fix;
        let words = format!(
            "{} of {} inputs that were tried behave differently, the others as before",
            seen.differing, seen.tried
        );
        signs.push(sign(if few { Weight::Few } else { Weight::Fact }, words));
    }
    signs
}

/// Whether an exception was announced, or only says that a call does not fit the new signature.
fn is_planned(found: &[Sign], test: &GeneratedTest) -> bool {
    let fits_no_more = test.observation.now.as_deref().is_some_and(|now| now.contains("TypeError"));
    let says = |words: &str| found.iter().any(|sign| sign.weight == Weight::Intended && sign.words.contains(words));
    says("announces") || says("now names") || fits_no_more && says("callers must follow")
}
