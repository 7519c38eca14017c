//! Python.

mod review;

/// Reviews the text of a test file by its syntax.
pub fn review_test(code: &str) -> super::TestReview {
    review::review(code)
}
