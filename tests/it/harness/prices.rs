//! A repository that is tested within seconds, a change that breaks it, one that doesn't, and what is said of them.

use super::Files;

/// What stands on `main`.
pub(crate) const PRICES: &Files<'static> =
    &[("pytest.ini", "[pytest]\npythonpath = .\n"), ("prices.py", BEFORE), ("tests/test_prices.py", TESTS)];
/// A change after which the mean of nothing is an error.
pub(crate) const BREAKS: &Files<'static> = &[("prices.py", BROKEN)];
/// A change that is none to whoever calls it.
pub(crate) const KEEPS: &Files<'static> = &[("prices.py", KEPT)];

const BEFORE: &str = "\
\"\"\"What things cost.\"\"\"


def average(prices):
    \"\"\"The mean price, rounded down; 0 for none.\"\"\"
    if not prices:
        return 0
    return sum(prices) // len(prices)
";
const BROKEN: &str = "\
\"\"\"What things cost.\"\"\"


def average(prices):
    \"\"\"The mean price, rounded down; 0 for none.\"\"\"
    return sum(prices) // len(prices)
";
const KEPT: &str = "\
\"\"\"What things cost.\"\"\"


def average(prices):
    \"\"\"The mean price, rounded down; 0 for none.\"\"\"
    return sum(prices) // len(prices) if prices else 0
";
const TESTS: &str = "\
from prices import average


def test_average():
    assert average([100, 200, 301]) == 200
";

/// A generated test, as a review comment shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Posted {
    /// The finding's id.
    pub(crate) id: String,
    /// Where to save it.
    pub(crate) path: String,
    /// The test.
    pub(crate) code: String,
    /// How to run it.
    pub(crate) command: String,
}

impl Posted {
    /// Takes it out of a comment, as a reader does.
    ///
    /// # Panics
    /// Where the comment doesn't show it in a foldable block.
    pub(crate) fn of(comment: &str) -> Self {
        let between = |text: &str, start: &str, end: &str| -> String {
            let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start:?} in {comment}")).1;
            rest.split_once(end).unwrap_or_else(|| panic!("no {end:?} in {comment}")).0.to_owned()
        };
        let folded = between(comment, "<details>\n<summary>", "</details>");
        Self {
            id: between(comment, "`/jittest dismiss ", "`"),
            path: between(&folded, "Save it as `", "`"),
            code: between(&folded, "\n```python\n", "```\n"),
            command: between(&folded, "and run `", "`"),
        }
    }
}
