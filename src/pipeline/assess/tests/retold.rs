//! What documentation and a body say again of the title, and titles that announce nothing.

use super::confidence::{check, says, told};
use super::*;
use crate::domain::{Statement, StatementSource};

#[test]
fn documentation_that_says_the_title_again_in_the_place_of_other_words_is_a_strong_sign() {
    let told_again = |title: &str, kind: ChangeKind, docs: StatementSource| {
        let mut case = says(StatementSource::Title, kind, title);
        let text = "From autumn on the room is closed on Sundays.".to_owned();
        case.intent.statements.push(Statement { source: docs, text, kind: ChangeKind::Unknown });
        case
    };
    let (title, instead) = ("Close the reading room on Sundays", StatementSource::DocsInstead);
    check(&told_again(title, ChangeKind::Unknown, instead), Confidence::Low, "the documentation says so: \"From");
    for (title, docs) in [
        (title, StatementSource::Docs),
        ("Close the doors", instead),
        ("Add a room that is closed on Sundays", instead),
        ("feat: add a room that is closed on Sundays", instead),
        ("Rename the room closed on Sundays", instead),
    ] {
        assert_eq!(told(&told_again(title, ChangeKind::Unknown, docs)), (Confidence::Medium, String::new()), "{title}");
    }
    check(&told_again(title, ChangeKind::Refactoring, instead), Confidence::High, "behaviour stays as it is");
    let mut case = told_again(title, ChangeKind::Unknown, instead);
    let target = |number| Target { id: TargetId::new(format!("T00{number}")), ..case.map.targets[0].clone() };
    let others: Vec<Target> = (2..5).map(target).collect();
    case.map.targets.extend(others[..2].iter().cloned());
    check(&case, Confidence::Low, "the documentation says so");
    case.map.targets.push(others[2].clone());
    assert_eq!(told(&case), (Confidence::Medium, String::new()), "that much is no one thing");
}

#[test]
fn a_body_that_says_what_of_the_title_is_so_now_is_a_strong_sign() {
    let told_again = |title: &str, kind: ChangeKind, body: &str, of_body: ChangeKind| {
        let mut case = says(StatementSource::Title, kind, title);
        case.intent.statements.push(Statement { source: StatementSource::Body, text: body.to_owned(), kind: of_body });
        case
    };
    let (title, body) = ("Sort ties by name and share ranks", "Now ties are listed by name and have the same rank.");
    let unknown = ChangeKind::Unknown;
    check(&told_again(title, unknown, body, unknown), Confidence::Low, "the change says so itself: \"Now ties");
    for (title, body, of_body) in [
        ("Sort the players", body, unknown),
        ("Use a sort by name for ranks", body, unknown),
        (title, "Ties were listed by name and have the same rank.", unknown),
        (title, body, ChangeKind::Refactoring),
    ] {
        let case = told_again(title, unknown, body, of_body);
        assert_eq!(told(&case), (Confidence::Medium, String::new()), "{title}: {body}");
    }
    check(&told_again(title, ChangeKind::Refactoring, body, unknown), Confidence::High, "behaviour stays as it is");
}

#[test]
fn a_sentence_about_something_else_is_no_sign() {
    let case = says(StatementSource::Body, ChangeKind::Unknown, "the invoice now includes shipping");
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
    let case = says(StatementSource::Body, ChangeKind::Unknown, "total of the cart");
    assert_eq!(told(&case), (Confidence::Medium, String::new()));
}

#[test]
fn how_code_returns_is_no_behaviour() {
    for title in ["Return early from total", "Total returns directly"] {
        let case = says(StatementSource::Title, ChangeKind::Unknown, title);
        assert_eq!(told(&case), (Confidence::Medium, String::new()), "{title}");
    }
    let case = says(StatementSource::Title, ChangeKind::Unknown, "Return early from total, which returns None");
    check(&case, Confidence::Low, "the change says so itself");
}

#[test]
fn a_refactoring_that_names_the_symbol_announces_nothing() {
    let case = says(StatementSource::Title, ChangeKind::Refactoring, "refactor: total returns early");
    check(&case, Confidence::High, "behaviour stays as it is");
}
