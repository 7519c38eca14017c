//! The critic: scores by formula over this run, anti-patterns by syntax, the untested parts of the change, and the
//! description. Pure. What can't be computed is absent, never guessed.
//!
//! | score | formula, 0 to 100 |
//! |---|---|
//! | style | 100 less 10 for each fault of style a test, on average; lines are the linter's affair where there was one |
//! | coverage adequacy | covered share of the changed lines and of the changed branches, the mean of both |
//! | assertion quality | killed mutants of those that can be killed and were run |
//! | maintainability | 100 less 3 for each line over 12 of the longest test of a file, on average, less 10 for each anti-pattern |
//! | determinism | share of the cells of base and head whose reruns agree |
//! | overall | the mean of those that are there |

mod coverage;
mod description;

use std::collections::BTreeMap;

use crate::domain::{
    Assessment, ChangeSet, Coverage, CoverageRisk, Critique, GeneratedTest, Intent, KillMatrix, MutantStatus,
    RevisionKey, TestId,
};
use crate::language::TestReview;

pub use coverage::{AllBranches, coverage};
pub use description::{Checked, description};

/// What the critic looks at.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// The change.
    pub change: &'a ChangeSet,
    /// What it means to do.
    pub intent: &'a Intent,
    /// The tests that were run.
    pub tests: &'a [GeneratedTest],
    /// Their reviews.
    pub reviews: &'a BTreeMap<TestId, TestReview>,
    /// The kill matrix.
    pub matrix: &'a KillMatrix,
    /// What it proves.
    pub assessment: &'a Assessment,
    /// How much of the change was reached.
    pub coverage: Option<&'a Coverage>,
}

/// Scores what this run made; the description is written by [`description`].
pub fn critique(work: &Work<'_>) -> Critique {
    let kept: Vec<&TestReview> =
        work.assessment.proofs.iter().filter_map(|proof| work.reviews.get(&proof.test)).collect();
    let faults = work.assessment.proofs.iter().filter_map(|proof| style_faults(work, &proof.test));
    let style = mean(faults.map(|faults| less(10 * faults)));
    let mut anti_patterns: Vec<String> = kept.iter().flat_map(|review| review.anti_patterns.clone()).collect();
    anti_patterns.sort();
    anti_patterns.dedup();
    let maintainability =
        mean(kept.iter().map(|review| less(3 * review.longest.saturating_sub(12) + 10 * review.anti_patterns.len())));
    let coverage_adequacy = work.coverage.and_then(adequacy);
    let assertion_quality = assertion_quality(work.assessment);
    let determinism = determinism(work.matrix);
    let overall =
        mean([style, maintainability, coverage_adequacy, assertion_quality, determinism].into_iter().flatten());
    Critique {
        style,
        coverage_adequacy,
        assertion_quality,
        maintainability,
        determinism,
        overall,
        status: status(overall).to_owned(),
        anti_patterns,
        coverage_risk: coverage_adequacy.map(risk),
        description: String::new(),
    }
}

/// Faults of style of a test: what the linter and the type checker count, or else what its lines show.
fn style_faults(work: &Work<'_>, test: &TestId) -> Option<usize> {
    let review = work.reviews.get(test)?;
    let quality = work.tests.iter().find(|other| other.id == *test).and_then(|test| test.quality.as_ref());
    let counted = quality.map(|quality| quality.errors.saturating_add(quality.warnings) as usize);
    Some(review.style_faults + counted.unwrap_or(review.untidy_lines))
}

fn less(deduction: usize) -> u8 {
    100 - u8::try_from(deduction.min(100)).unwrap_or(100)
}

fn mean(scores: impl Iterator<Item = u8>) -> Option<u8> {
    let (sum, count) = scores.fold((0u32, 0u32), |(sum, count), score| (sum + u32::from(score), count + 1));
    (sum + count / 2).checked_div(count).and_then(|mean| u8::try_from(mean).ok())
}

fn share(part: usize, whole: usize) -> Option<u8> {
    (part * 100 + whole / 2).checked_div(whole).and_then(|percent| u8::try_from(percent).ok())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares lie between 0 and 1")]
fn adequacy(coverage: &Coverage) -> Option<u8> {
    let shares = [coverage.changed_lines, coverage.changed_branches];
    mean(shares.into_iter().flatten().map(|share| (share.clamp(0.0, 1.0) * 100.0).round() as u8))
}

fn assertion_quality(assessment: &Assessment) -> Option<u8> {
    let count = |wanted| assessment.mutants.values().filter(|(status, _)| *status == wanted).count();
    let killed = count(MutantStatus::Killed);
    share(killed, killed + count(MutantStatus::Survived))
}

fn determinism(matrix: &KillMatrix) -> Option<u8> {
    let repeated = matrix.cells.iter().filter(|((_, revision), cell)| {
        matches!(revision, RevisionKey::Base | RevisionKey::Head) && cell.runs.len() > 1
    });
    let (mut agree, mut all) = (0, 0);
    for (_, cell) in repeated {
        all += 1;
        let first = std::mem::discriminant(&cell.runs[0]);
        agree += usize::from(cell.runs.iter().all(|run| std::mem::discriminant(run) == first));
    }
    share(agree, all)
}

fn status(overall: Option<u8>) -> &'static str {
    match overall {
        None => "not assessed",
        Some(90..) => "excellent",
        Some(75..) => "good",
        Some(50..) => "fair",
        Some(_) => "poor",
    }
}

fn risk(adequacy: u8) -> CoverageRisk {
    match adequacy {
        80.. => CoverageRisk::Low,
        50.. => CoverageRisk::Medium,
        _ => CoverageRisk::High,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_without_anything_to_score_is_absent() {
        assert_eq!(mean(std::iter::empty()), None);
        assert_eq!(share(0, 0), None);
        assert_eq!(status(None), "not assessed");
    }

    #[test]
    fn scores_round_to_the_nearest_whole() {
        assert_eq!(mean([100, 99].into_iter()), Some(100));
        assert_eq!(share(2, 3), Some(67));
        assert_eq!(less(250), 0);
    }
}
