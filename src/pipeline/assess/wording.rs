//! Whether a sentence names behaviour, a symbol, or an exception.

use std::collections::BTreeSet;

use crate::domain::{GeneratedTest, Symbol};

/// Words that name behaviour where the symbol is named too.
const BEHAVIOUR_WORDS: &[&str] = &[
    "now", "instead", "raise", "raises", "return", "returns", "round", "rounds", "rounded", "reject", "rejects",
    "accept", "accepts", "allow", "allows", "ignore", "ignores", "include", "includes", "exclude", "excludes",
    "longer", "change", "changes", "must",
];

/// What is only said of behaviour.
const UNMISTAKABLE: &[&str] = &[
    " now ",
    "no longer",
    " raise ",
    " raises ",
    "default is",
    "default of",
    "default to",
    "defaults to",
    "by default",
    "round half",
    "rounds half",
    "inclusive",
    "exclusive",
    "case-insensitive",
    "case insensitive",
    "breaking change",
];

/// What is said of behaviour in a title that is not about code.
const BEHAVIOUR_PHRASES: &[&str] = &[
    " round to ",
    " round up",
    " round down",
    " rounded up",
    " rounded down",
    " rounded to ",
    " reject ",
    " rejects ",
    " ignore ",
    " ignores ",
    " allow ",
    " allows ",
    " disallow",
    " at most ",
    " at least ",
];

/// First words of a sentence that says what the code does from now on: what it does with what it is given, or, with a
/// colon, the kinds of change that a changelog tells its readers of (keepachangelog.com).
const ABOUT_BEHAVIOUR: &[&str] = &[
    "accept",
    "allow",
    "cap",
    "deny",
    "disallow",
    "forbid",
    "ignore",
    "limit",
    "lower",
    "permit",
    "raise",
    "reject",
    "require",
    "round",
    "changed:",
    "removed:",
    "fixed:",
    "breaking:",
];

/// First words of a title about what users get; what it is "instead of" is what they got before.
const ABOUT_OUTCOMES: &[&str] =
    &["answer", "display", "export", "output", "respond", "return", "returns", "send", "show"];

/// How code returns, and not what.
const MANNERS: &[&str] = &["directly", "early", "earlier", "from", "immediately", "once", "straight"];

/// What a caller can be given.
const GIVEN: &[&str] = &[
    "blank",
    "bytes",
    "dict",
    "empty",
    "error",
    "exception",
    "false",
    "generator",
    "iterator",
    "list",
    "missing",
    "nan",
    "none",
    "nothing",
    "null",
    "object",
    "set",
    "string",
    "text",
    "true",
    "tuple",
    "zero",
];

/// What a call does to its caller, of all that a sentence may say is no longer done.
const DONE_TO_CALLERS: &[&str] =
    &["raising", "failing", "crashing", "throwing", "returning", "answering", "aborting", "hanging", "swallowing"];

/// What only code has.
const OF_CODE: &[&str] = &[
    "branch",
    "comprehension",
    "copy",
    "extra",
    "flag",
    "helper",
    "intermediate",
    "loop",
    "manual",
    "query",
    "second",
    "temporary",
    "variable",
];

/// What stands before a number that is no status, or before one that is no more.
const NO_STATUS: &[&str] = &[
    "avoid", "closes", "fix", "fixed", "fixes", "issue", "issues", "line", "no", "not", "pr", "prevent", "remove",
    "see", "spurious", "ticket", "wrong",
];

/// What stands before the means by which something is done.
const BY_MEANS: &[&str] = &[" with ", " by ", " using ", " via "];

/// How a text says that something was otherwise.
const FORMERLY: [&str; 7] = [
    " before version ",
    " until version ",
    " changed in version ",
    " versionchanged ",
    " used to be ",
    " formerly ",
    " previously ",
];

/// Between "was" and "before" there are no more words than these, where one says what was before.
const NEAR: usize = 5;

/// After one of these a number is none of behaviour: "added in 1.2", "see 12".
const BEFORE_OTHER_NUMBERS: [&str; 9] = ["version", "v", "in", "since", "see", "issue", "page", "python", "rfc"];

/// So many words gone and so many new ones, and a text says something else than before.
const OTHER_WORDS: usize = 3;

/// A word of fewer letters, or one of these, says little by itself.
const SHORTEST_WORD: usize = 4;
const MARKUP: &[&str] =
    &["args", "param", "parameter", "raise", "return", "rtype", "this", "that", "type", "with", "yield"];

/// First words of a title about what is there besides.
const ADDING: &[&str] = &[
    "add",
    "adds",
    "enable",
    "expose",
    "extend",
    "implement",
    "introduce",
    "let",
    "offer",
    "provide",
    "report",
    "support",
];

/// So many words in common, and a sentence is about what a title is about.
const RETOLD: usize = 2;

/// First words of a title that says how something is done, and not what.
const ABOUT_CODE: &[&str] = &[
    "avoid",
    "build",
    "cache",
    "call",
    "clean",
    "compute",
    "convert",
    "create",
    "don",
    "drop",
    "emit",
    "extract",
    "filter",
    "flatten",
    "inline",
    "keep",
    "look",
    "merge",
    "move",
    "precompile",
    "record",
    "refactor",
    "rename",
    "render",
    "replace",
    "reuse",
    "rewrite",
    "separate",
    "share",
    "shorten",
    "simplify",
    "spare",
    "speed",
    "split",
    "store",
    "take",
    "tidy",
    "turn",
    "use",
    "write",
];

/// Whether a sentence that names a symbol says how it behaves; the symbol's own words say nothing.
pub(super) fn names_behaviour(sentence: &str, symbol: &Symbol) -> bool {
    let own = words(&symbol.name.replace('_', " "));
    let words = words(sentence);
    // "Return early" is about how code returns, and not what.
    let is_manner = |at: usize| {
        words[at].starts_with("return") && words.get(at + 1).is_some_and(|next| MANNERS.contains(&next.as_str()))
    };
    let said = |at: usize| BEHAVIOUR_WORDS.contains(&words[at].as_str()) && !own.contains(&words[at]) && !is_manner(at);
    holds(sentence, UNMISTAKABLE) || !is_about_code(sentence) && (0..words.len()).any(said)
}

/// Whether a sentence speaks of behaviour, whatever it names.
pub(super) fn behaviour_in(sentence: &str) -> bool {
    let first = sentence.split_whitespace().next().unwrap_or_default().to_lowercase();
    let is_told =
        ABOUT_BEHAVIOUR.contains(&first.as_str()) || holds(sentence, BEHAVIOUR_PHRASES) || replaces_outcome(sentence);
    holds(sentence, UNMISTAKABLE) || !is_about_code(sentence) && is_told
}

/// Whether a sentence says what users get, and what they got before.
pub(super) fn replaces_outcome(sentence: &str) -> bool {
    let lower = unprefixed(sentence).to_lowercase();
    let Some((now, before)) = lower.split_once(" instead of ") else { return false };
    let (now, before) = (words(now), words(before));
    let Some(does) = now.first().filter(|does| ABOUT_OUTCOMES.contains(&does.as_str())) else { return false };
    if holds(sentence, BY_MEANS) {
        return false;
    }
    // Code returns in many ways that callers don't see.
    !does.starts_with("return") || returns_something_else(&now, &before)
}

/// Whether "return" these words "instead of" those speaks of what callers get.
fn returns_something_else(now: &[String], before: &[String]) -> bool {
    let has = |said: &[String], known: &[&str]| said.iter().any(|word| known.contains(&word.as_str()));
    let is_done = before.first().is_some_and(|did| DONE_TO_CALLERS.contains(&did.as_str()));
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_given = has(before, GIVEN) || before.iter().any(is_number);
    !has(now, MANNERS) && !has(before, OF_CODE) && (is_done || is_given && !is_done_to_code(before))
}

/// Whether words begin with what is done with code: "building", "assigning".
fn is_done_to_code(words: &[String]) -> bool {
    words.first().is_some_and(|did| did.ends_with("ing") && !GIVEN.contains(&did.as_str()))
}

/// A title without the kind before it: "fix(cart): …".
fn unprefixed(title: &str) -> &str {
    let kind = |start: &str| !start.is_empty() && !start.contains(' ');
    title.split_once(": ").filter(|(start, _)| kind(start)).map_or(title, |(_, rest)| rest)
}

/// Whether a text that was rewritten says something else: words of it are gone, and others came. What is only added says
/// more of the same.
pub(super) fn says_something_else(before: &str, after: &str) -> bool {
    let (before, after) = (telling(before), telling(after));
    before.difference(&after).count() >= OTHER_WORDS && after.difference(&before).count() >= OTHER_WORDS
}

/// Whether a text says of something new that it was otherwise before: "it was 15 before", "no longer dropped".
pub(super) fn says_it_changed(before: &str, after: &str) -> bool {
    let told = |text: &str| {
        let said = words(text);
        let was =
            |from: &[String]| matches!(from[0].as_str(), "was" | "were") && from.iter().any(|word| word == "before");
        let near = (0..said.len()).filter(|at| was(&said[*at..said.len().min(at + NEAR)])).count();
        near + FORMERLY.iter().filter(|phrase| holds(&said.join(" "), &[phrase])).count()
    };
    told(after) > told(before)
}

/// Whether a text that was rewritten names another number in the place of one: "counted from 0".
pub(super) fn names_another_number(before: &str, after: &str) -> bool {
    let (gone, new) = other_numbers(before, after);
    !gone.is_empty() && !new.is_empty()
}

/// The numbers that are gone from a text that was rewritten, and those that came; neither examples nor versions count.
pub(super) fn other_numbers(before: &str, after: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let told = |text: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with(">>>")).collect();
        numbers(&lines.join("\n"))
    };
    let (before, after) = (told(before), told(after));
    (before.difference(&after).cloned().collect(), after.difference(&before).cloned().collect())
}

/// Whether one of some numbers is in a text.
pub(super) fn has_one_of(numbers_of_it: &BTreeSet<String>, text: &str) -> bool {
    !numbers(text).is_disjoint(numbers_of_it)
}

/// Whether a sentence names a number that is gone from what was seen, and the one that came for it: "from 15 to 25".
pub(super) fn names_both_numbers(sentence: &str, before: &str, now: &str) -> bool {
    let (before, now) = (numbers(before), numbers(now));
    let said = tokens(sentence);
    let place = |of: &BTreeSet<String>, others: &BTreeSet<String>| {
        said.iter().position(|word| of.contains(*word) && !others.contains(*word))
    };
    let (Some(gone), Some(new)) = (place(&before, &now), place(&now, &before)) else { return false };
    let (between, joined) = match gone < new {
        true => (&said[gone + 1..new], ["to", "->", "→", "by"]),
        false => (&said[new + 1..gone], ["instead", "rather", "not", "from"]),
    };
    between.iter().any(|word| joined.contains(&word.to_lowercase().as_str()))
}

/// The numbers of a text, decimals as one, without those of versions and their kind.
fn numbers(text: &str) -> BTreeSet<String> {
    let said = tokens(text);
    let is_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains(char::is_alphabetic);
    let is_other = |at: usize| {
        at > 0 && BEFORE_OTHER_NUMBERS.contains(&said[at - 1].to_lowercase().as_str())
            || said[at].matches('.').count() > 1
    };
    let found = said.iter().enumerate().filter(|(at, word)| is_number(word) && !is_other(*at));
    found.map(|(_, word)| (*word).to_owned()).collect()
}

/// Words, numbers and arrows.
fn tokens(text: &str) -> Vec<&str> {
    let split = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ',' | '-' | '>' | '→')));
    split.map(|word| word.trim_matches(['.', ','])).filter(|word| !word.is_empty()).collect()
}

/// Whether two texts have other words, whatever stands between them.
pub(super) fn has_other_words(before: &str, after: &str) -> bool {
    words(before) != words(after)
}

/// The words of a text that tell something, in the singular.
fn telling(text: &str) -> BTreeSet<String> {
    let singular = words(text).into_iter().map(|word| word.trim_end_matches('s').to_owned());
    singular.filter(|word| word.chars().count() >= SHORTEST_WORD && !MARKUP.contains(&word.as_str())).collect()
}

/// Whether a sentence says how something is done: "Use partition instead of split".
pub(super) fn is_about_code(sentence: &str) -> bool {
    words(sentence).first().is_some_and(|first| ABOUT_CODE.contains(&first.as_str()))
}

/// Whether a sentence says again what a title says: words of the same beginning, two at least. A title about how something
/// is done, or about what is there besides, changes nothing that was there before.
pub(super) fn retells(title: &str, sentence: &str) -> bool {
    let beginnings = |text: &str| -> BTreeSet<String> {
        telling(text).iter().map(|word| word.chars().take(SHORTEST_WORD).collect()).collect()
    };
    let title = unprefixed(title);
    let adds = words(title).first().is_some_and(|first| ADDING.contains(&first.as_str()));
    let shared = beginnings(title).intersection(&beginnings(sentence)).count();
    !adds && !is_about_code(title) && shared >= RETOLD
}

fn holds(sentence: &str, phrases: &[&str]) -> bool {
    let lower = format!(" {} ", sentence.to_lowercase());
    phrases.iter().any(|phrase| lower.contains(phrase))
}

/// Whether a sentence names the symbol: by its name, or by every word of its name (`total_price` by "total price").
pub(super) fn names(sentence: &str, symbol: &Symbol) -> bool {
    let said = words(sentence);
    let parts = words(&symbol.name.replace('_', " "));
    let stem = |word: &str| word.trim_end_matches('s').to_owned();
    if parts.is_empty() || symbol.name.starts_with("__") {
        let owner = symbol.parent.as_deref().and_then(|parent| parent.rsplit('.').next());
        return owner.is_some_and(|owner| said.contains(&owner.to_lowercase()));
    }
    said.contains(&symbol.name.to_lowercase()) || parts.iter().all(|part| said.iter().any(|s| stem(s) == stem(part)))
}

/// The exception that head raises where base did not, if the text names it.
pub(super) fn announced_exception(text: &str, test: &GeneratedTest) -> Option<String> {
    let now = raised(test.observation.now.as_deref()?)?;
    let before = test.observation.before.as_deref().and_then(raised);
    let split = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let named = before != Some(now) && split.into_iter().any(|word| word == now);
    named.then(|| now.to_owned())
}

/// The status that head answers a request with where base did not, if the text names it. Nobody plans that a server fails.
pub(super) fn announced_status(text: &str, test: &GeneratedTest) -> Option<String> {
    let now = answered(test.observation.now.as_deref()?).filter(|status| !status.starts_with('5'))?;
    let is_new = test.observation.before.as_deref().and_then(answered) != Some(now);
    (is_new && names_status(text, now)).then(|| now.to_owned())
}

/// Whether a text says that this is the status from now on: not as the number of an issue, nor as what it was.
fn names_status(text: &str, status: &str) -> bool {
    let lower = text.to_lowercase();
    let now = lower.split(" instead of ").next().unwrap_or_default();
    now.match_indices(status).any(|(at, _)| {
        let (before, after) = (&now[..at], &now[at + status.len()..]);
        let is_apart = before.chars().next_back().is_none_or(|c| c.is_whitespace() || "(`'\"".contains(c))
            && after.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        is_apart && !words(before).last().is_some_and(|word| NO_STATUS.contains(&word.as_str()))
    })
}

/// `404` of "GET /carts/1 returns 404 with {}".
fn answered(observation: &str) -> Option<&str> {
    let (request, answer) = observation.split_once(" returns ").or_else(|| observation.split_once(" returned "))?;
    let (method, _) = request.split_once(" /")?;
    let status = answer.split(' ').next()?;
    let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    (is_status && !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase())).then_some(status)
}

/// `IndexError` of "total([]) raises IndexError".
fn raised(observation: &str) -> Option<&str> {
    let (_, after) = observation.rsplit_once(" raises ").or_else(|| observation.rsplit_once(" raised "))?;
    let name = after.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).next()?;
    name.rsplit('.').next().filter(|name| !name.is_empty())
}

fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    split.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// A sentence as it is quoted.
pub(super) fn shortened(text: &str) -> String {
    if text.chars().count() <= 160 { text.to_owned() } else { text.chars().take(159).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raised_exception_is_read_from_an_observation() {
        assert_eq!(raised("total([]) raises IndexError"), Some("IndexError"));
        assert_eq!(raised("total([]) raised shop.errors.Empty: no"), Some("Empty"));
        assert_eq!(raised("total([]) returned 0"), None);
    }

    #[test]
    fn a_status_is_named_as_what_it_is_now() {
        for text in ["Return 404 instead of 200", "unknown carts are a 404", "Answer `404`", "404: gone", "(404)"] {
            assert!(names_status(text, "404"), "{text}");
        }
        for text in [
            "Add lookup of carts (#404)",
            "Closes #404",
            "see issue 404",
            "Return 410 instead of 404",
            "Fix 404 for unknown carts",
            "carts/404",
            "4040",
            "404_a",
        ] {
            assert!(!names_status(text, "404"), "{text}");
        }
    }

    #[test]
    fn the_status_is_read_from_an_observation_of_a_request() {
        assert_eq!(answered("GET /shipments/0 returns 404 with {}"), Some("404"));
        assert_eq!(answered("POST /shipments returned 201"), Some("201"));
        for other in
            ["total([]) returns 404", "Get /x returns 404", "GET /x returns 40", "GET /x returns 4040", "GET /x"]
        {
            assert_eq!(answered(other), None, "{other}");
        }
    }

    #[test]
    fn a_title_may_speak_of_behaviour_without_a_symbol() {
        for title in [
            "Round half up",
            "Empty carts are now refused",
            "Limit is inclusive",
            "Use floor, no longer round",
            "Round booked time to quarters",
            "Changed: time is booked in quarters",
        ] {
            assert!(behaviour_in(title), "{title}");
        }
        for title in [
            "Add discounts",
            "Fix the invoice",
            "Knowledge base",
            "Use split instead of a loop",
            "Keep at most one row",
        ] {
            assert!(!behaviour_in(title), "{title}");
        }
    }

    #[test]
    fn a_title_may_say_what_comes_out_instead() {
        for title in [
            "Export dates as ISO 8601 instead of DD.MM.YYYY",
            "Return 404 instead of an empty 200 for unknown shipments",
            "Return None instead of raising KeyError",
            "Returns a list instead of None",
            "fix(cart): return None instead of raising KeyError",
            "Return 0 instead of nothing",
            "Return bytes instead of a string",
            "Return 404 instead of hanging forever",
            "Show the total instead of hiding it",
        ] {
            assert!(replaces_outcome(title), "{title}");
        }
        for title in [
            "Export dates as ISO 8601",
            "Parse dates by hand instead of strptime",
            "Use split instead of a loop",
            "Do not export dates instead of hiding them",
            "Export dates with a writer instead of a loop",
            "Return early instead of nesting",
            "Return early instead of an else",
            "Return the sum instead of assigning it first",
            "Return a list by slicing instead of a loop",
            "Return a comprehension instead of a loop",
            "Return sum() instead of a manual loop",
            "Return the cached total instead of a second query",
            "Return values() directly instead of a list",
            "Return a set instead of building a list",
            "Return a tuple instead of a temporary list",
            "Speed up: return a set instead of a list",
            "Return",
            "Instead of ",
        ] {
            assert!(!replaces_outcome(title), "{title}");
        }
    }

    #[test]
    fn a_text_says_something_else_where_words_went_and_others_came() {
        let before = "Somebody may win several times.";
        assert!(says_something_else(before, "Nobody wins twice: winners leave their drum."));
        for after in [
            before,
            "",
            "SOMEBODY may win several time",
            "Somebody may win several times, and nobody minds that much, whatever else happens.",
            "Somebody wins often, whatever comes later.",
            "Nobody else.",
            "Nobody does it any more: a b c d.",
        ] {
            assert!(!says_something_else(before, after), "{after}");
        }
        let sphinx = ":param items: The items.\n:returns: The total.";
        assert!(!says_something_else(sphinx, "Args:\n  items: Prices to add up.\n\nReturns:\n  Sum."));
        assert!(has_other_words("One two.", "One."));
        assert!(!has_other_words("One two.", "one, TWO"));
    }

    #[test]
    fn long_quotes_are_cut() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"x".repeat(160)).chars().count(), 160);
        assert_eq!(shortened(&"x".repeat(161)).chars().last(), Some('…'));
    }
}
