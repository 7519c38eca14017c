//! A row of targets in parts of about the same size, cut where it hurts least.

/// How many unevennesses a cut weighs.
const UNEVEN: usize = 100;

/// What a cut between two targets would part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Targets of one file.
    SameFile,
    /// Files of one batch.
    SameBatch,
    /// Nothing that belongs together.
    Apart,
}

impl Step {
    fn cost(self) -> usize {
        match self {
            Self::SameFile => 3,
            Self::SameBatch => 1,
            Self::Apart => 0,
        }
    }
}

/// The sizes of the parts of a row of `count`: none over `most`, none smaller than the even share rounded down.
/// `steps` stand between the items. Of all such ways the one whose cuts cost least, then the most even one.
pub(super) fn balanced(count: usize, most: usize, steps: &[Step]) -> Vec<usize> {
    let parts = count.div_ceil(most);
    if parts <= 1 {
        return if count == 0 { Vec::new() } else { vec![count] };
    }
    let least = count / parts;
    // For each end of a part: what all up to it costs, and the size of that part.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; count + 1];
    best[0] = Some((0, 0));
    for end in 1..=count {
        let cut = if end < count { steps.get(end - 1).map_or(0, |step| step.cost()) } else { 0 };
        let ways = (least..=most.min(end)).filter_map(|size| {
            let (before, _) = best[end - size]?;
            // An uneven part costs less than any cut that it may save, and the square spreads it.
            let uneven = size.abs_diff(least).pow(2);
            Some((before + cut * UNEVEN + uneven, size))
        });
        best[end] = ways.min();
    }
    let (mut sizes, mut end) = (Vec::new(), count);
    while let Some((_, size)) = best[end].filter(|(_, size)| *size > 0) {
        sizes.push(size);
        end -= size;
    }
    sizes.reverse();
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirty_four_targets_are_four_parts_of_eight_to_ten() {
        assert_eq!(balanced(34, 10, &[Step::SameFile; 33]), [9, 9, 8, 8]);
        assert_eq!(balanced(9, 10, &[Step::SameFile; 8]), [9]);
        assert_eq!(balanced(11, 10, &[Step::SameFile; 10]).iter().sum::<usize>(), 11);
        assert_eq!(balanced(0, 10, &[]), Vec::<usize>::new());
    }

    #[test]
    fn a_cut_falls_between_files_where_it_can() {
        let with = |at: usize| {
            let mut steps = [Step::SameFile; 14];
            steps[at] = Step::SameBatch;
            steps
        };
        assert_eq!(balanced(15, 10, &with(6)), [7, 8]);
        assert_eq!(balanced(15, 10, &with(7)), [8, 7]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_differ_by_little(count in 0_usize..500, most in 1_usize..12, kinds in proptest::collection::vec(0_u8..3, 500)) {
            let step = |kind: &u8| [Step::SameFile, Step::SameBatch, Step::Apart][usize::from(*kind)];
            let steps: Vec<Step> = kinds.iter().map(step).take(count.saturating_sub(1)).collect();
            let sizes = balanced(count, most, &steps);
            prop_assert_eq!(sizes.iter().sum::<usize>(), count);
            prop_assert!(sizes.iter().all(|size| *size <= most));
            let least = count / count.div_ceil(most).max(1);
            prop_assert!(sizes.iter().all(|size| *size >= least));
        }
    }
}
