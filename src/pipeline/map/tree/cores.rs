//! Work on many things, on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The stack of a thread, in bytes.
const STACK: usize = 8 << 20;

/// What `work` gives for each item, in the order of the items.
pub(super) fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut given = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return given };
            given.push((at, work(item)));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len().max(1));
    let mut all = std::thread::scope(|scope| {
        let start = || std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, share);
        let started: Vec<_> = (0..threads).filter_map(|_| start().ok()).collect();
        // Where no thread can be had, this one does it.
        let mut all = if started.is_empty() { share() } else { Vec::new() };
        for thread in started {
            match thread.join() {
                Ok(given) => all.extend(given),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, given)| given).collect()
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn every_item_is_worked_on_once_and_results_keep_the_order() {
        let items: Vec<usize> = (0..1_000).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(each(&[] as &[usize], |item| *item), Vec::<usize>::new());
    }
}
