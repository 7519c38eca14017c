//! How sure we are that a proven difference is a mistake.
//!
//! A difference is not a mistake by itself. Every sign (`signs.rs`) is said in the reasons and weighs something:
//!
//! | sign | weight |
//! |---|---|
//! | strong, that it is intended: own tests ask for it or were rewritten, the author's words or the documentation name it (an exception and a status too), documentation says the title again in the place of other words, or the body of what is so now, a changelog is about behaviour, the title says what comes out instead or names both numbers, the docstring says something else, names another number (that of the class, too) or changed under a title about behaviour, the signature changed so that callers must follow | -2, once, and never `high` |
//! | weak, that it is intended: a fix or feature about the symbol, a title about behaviour, a changed docstring or default, a new option in the place of another argument | -1, once, where there is no strong one |
//! | head ends in an exception that nobody planned, or does not end | +2 |
//! | the change says that behaviour stays as it is | +1 |
//! | only few inputs behave differently, and the change is no fix | +1 against a weak sign |
//!
//! More than nothing is `high`, nothing is `medium`, less is `low`, which reaches console and JSON only.

use crate::domain::{Confidence, GeneratedTest};

use super::Evidence;
use super::signs::{self, Sign, Weight};

/// The confidence in a proven regression, with its reasons.
pub(super) fn of_regression(evidence: &Evidence<'_>, test: &GeneratedTest) -> (Confidence, Vec<String>) {
    let signs = signs::of(evidence, test);
    let mut reasons = vec!["passes on base and fails on head in every run".to_owned()];
    let confidence = level(&signs);
    reasons.extend(signs.into_iter().map(|sign| sign.words));
    (confidence, reasons)
}

fn level(signs: &[Sign]) -> Confidence {
    let has = |weight: Weight| signs.iter().any(|sign| sign.weight == weight);
    let intended = has(Weight::Intended);
    let hint = !intended && has(Weight::Hint);
    let mut points = 0;
    points -= if intended { 2 } else { i32::from(hint) };
    points += if has(Weight::Unplanned) { 2 } else { 0 };
    points += i32::from(has(Weight::Promise));
    points += i32::from(hint && has(Weight::Few));
    match points {
        1.. if !intended => Confidence::High,
        0.. => Confidence::Medium,
        _ => Confidence::Low,
    }
}
