//! Work on many things, on all cores.

use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The stack of a thread, in bytes.
const STACK: usize = 8 << 20;

/// Threads that stay, for all maps: one of a small tree takes less time than to start some for each of its steps. None
/// where none can be had.
static THREADS: LazyLock<Option<ThreadPool>> =
    LazyLock::new(|| ThreadPoolBuilder::new().stack_size(STACK).build().ok());

/// What `work` gives for each item, in the order of the items.
pub(super) fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    match &*THREADS {
        // One by one, as some take a thousand times as long as others.
        Some(threads) => threads.install(|| items.par_iter().with_max_len(1).map(&work).collect()),
        None => items.iter().map(work).collect(),
    }
}

/// Does `work` to each item.
pub(super) fn all<T: Send>(items: Vec<T>, work: impl Fn(T) + Sync + Send) {
    match &*THREADS {
        Some(threads) => threads.install(|| items.into_par_iter().with_max_len(1).for_each(work)),
        None => items.into_iter().for_each(work),
    }
}

#[cfg(test)]
mod tests {
    use super::{all, each};

    #[test]
    fn every_item_is_changed() {
        let mut numbers: Vec<usize> = (0..1_000).collect();
        all(numbers.iter_mut().collect(), |number| *number *= 2);
        assert_eq!(numbers, (0..1_000).map(|number| number * 2).collect::<Vec<_>>());
    }

    #[test]
    fn every_item_is_worked_on_once_and_results_keep_the_order() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(each(&[] as &[usize], |item| *item), Vec::<usize>::new());
        assert_eq!(each(&[1], |item| item + 1), [2]);
    }
}
