use super::*;
use crate::domain::ChangeKind;
use crate::pipeline::fixture::Fixture;

fn inferred(title: &str, body: &str, before: &str, after: &str) -> Intent {
    let fixture = Fixture::of_file("shop/cart.py", before, after);
    let map = fixture.map().map;
    infer(IntentInputs { title, body, commit_subjects: &[] }, &fixture.change, &map)
}

#[test]
fn an_intent_says_kind_claims_risks_and_symbols() {
    let before = "def total(x, rate=1):\n    return x * rate\n\n\ndef show(x):\n    return total(x)\n";
    let after = "def total(x, rate=2):\n    if x < 0:\n        raise ValueError('negative')\n    return x * rate\n\n\ndef show(x):\n    return total(x)\n";
    let intent = inferred("fix: totals", "A negative price now raises ValueError.", before, after);
    assert_eq!(intent.kind, ChangeKind::Fix);
    assert_eq!(intent.description, "fix: totals. The change repairs a mistake; it touches `shop.cart.total`.");
    assert_eq!(
        intent.behavior_changes,
        ["A negative price now raises ValueError.", "the default of `rate` of `total` is `2`, it was `1`"]
    );
    assert_eq!(intent.affected_symbols, ["shop.cart.total", "shop.cart.show"]);
    assert!(intent.risk_areas.iter().any(|risk| risk.starts_with("boundary: ") && risk.ends_with("(shop/cart.py:2)")));
    assert!(intent.risk_areas.iter().any(|risk| risk.starts_with("exception: ")));
    assert_eq!(intent.inferred_by, "offline");
}

#[test]
fn a_signature_that_changes_is_named() {
    let intent =
        inferred("", "", "def a(x, y):\n    return x\n\n\ndef b():\n    return 1\n", "def a(x, z):\n    return z\n");
    assert_eq!(
        intent.behavior_changes,
        ["`a` takes a new parameter `z`", "`a` takes no parameter `y` any more", "`b` is no longer in shop/cart.py"]
    );
    assert_eq!(intent.kind, ChangeKind::Unknown);
}

#[test]
fn a_function_inside_a_function_may_go_unsaid() {
    let before = "def a(x):\n    def inner():\n        return x\n    return inner\n";
    assert!(inferred("", "", before, "def a(x):\n    return lambda: x\n").behavior_changes.is_empty());
}

#[test]
fn a_change_of_comments_alone_is_cosmetic_whatever_its_title_says() {
    let intent = inferred("fix: everything", "", "x = 1\n", "# one\nx = 1\n");
    assert_eq!(intent.kind, ChangeKind::Cosmetic);
    assert!(intent.kind.claims_no_behaviour_change());
}
