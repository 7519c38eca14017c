use std::collections::HashSet;
use std::time::Duration;

use super::*;
use crate::domain::FileCategory;

fn facts(path: &str) -> FileFacts {
    FileFacts::new(RepoPath::parse(path).unwrap(), "python", FileCategory::Code)
}

fn key(name: &str) -> Key {
    Cache::key(&RepoPath::parse(name).unwrap(), &[1; 20])
}

/// A run that uses what is known of some files, and reads others anew.
fn run(file: &Path, known: &[&str], new: &[&str]) -> Option<Warning> {
    let cache = Cache::open(file);
    new.iter().for_each(|name| cache.add(&key(name), &facts(name)));
    cache.finish(&known.iter().chain(new).map(|name| key(name)).collect())
}

/// Which of these files are known.
fn known<'n>(file: &Path, names: &[&'n str]) -> Vec<&'n str> {
    let cache = Cache::open(file);
    let is_known = |name: &&&str| match cache.get(&key(name)) {
        None => false,
        found => {
            assert_eq!(found, Some(facts(name)), "what is known of {name} is wrong");
            true
        }
    };
    names.iter().filter(is_known).copied().collect()
}

fn on_disk(folder: &Path) -> PathBuf {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).next().unwrap()
}

#[test]
fn what_is_new_is_appended_and_what_is_mostly_gone_is_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    assert!(run(&file, &[], &["a", "b", "c"]).is_none());
    assert!(run(&file, &["a"], &["d"]).is_none());
    assert_eq!(known(&file, &["a", "b", "c", "d", "e"]), ["a", "b", "c", "d"]);
    assert!(run(&file, &["d"], &[]).is_none());
    assert_eq!(known(&file, &["a", "b", "c", "d"]), ["d"]);
    assert!(run(&file, &["d"], &["e"]).is_none());
    assert_eq!(known(&file, &["d", "e"]), ["d", "e"]);
}

#[test]
fn a_file_that_is_cut_off_anywhere_keeps_what_is_whole_and_takes_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    run(&file, &[], &["a", "b"]);
    let path = on_disk(folder.path());
    let whole = std::fs::read(&path).unwrap();
    for end in 0..=whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        let kept = known(&file, &["a", "b"]).len();
        assert_eq!(kept, end * 2 / whole.len(), "{end} of {} bytes", whole.len());
        assert!(run(&file, &["a", "b"], &["c"]).is_none());
        assert_eq!(known(&file, &["a", "b", "c"]).len(), kept + 1);
    }
}

#[test]
fn no_flipped_bit_gives_wrong_facts_and_what_was_lost_is_known_again_after_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    run(&file, &[], &["a", "b"]);
    let path = on_disk(folder.path());
    let whole = std::fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut broken = whole.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, broken).unwrap();
        // `known` holds each that it finds against the truth.
        let kept = known(&file, &["a", "b"]);
        assert!(kept.len() < 2, "bit {bit} was not missed");
        let lost: Vec<&str> = ["a", "b"].into_iter().filter(|name| !kept.contains(name)).collect();
        assert!(run(&file, &kept, &lost).is_none());
        assert_eq!(known(&file, &["a", "b"]), ["a", "b"], "bit {bit}");
    }
}

#[test]
fn what_is_no_cache_at_all_is_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    run(&file, &[], &["a"]);
    let path = on_disk(folder.path());
    for text in [&b"{\"path\": \"a\"}\n"[..], &[0; 1_000], &[0xff; 1_000]] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(known(&file, &["a"]), Vec::<&str>::new());
        assert!(run(&file, &[], &["a"]).is_none());
        assert_eq!(known(&file, &["a"]), ["a"]);
    }
}

#[test]
fn a_cache_that_another_version_wrote_is_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    run(&file, &[], &["a"]);
    let path = on_disk(folder.path());
    for name in ["shop".to_owned(), "shop-0.0.1-4".to_owned(), format!("shop-{}-3", env!("CARGO_PKG_VERSION"))] {
        std::fs::rename(&path, folder.path().join(name)).unwrap();
        assert_eq!(known(&file, &["a"]), Vec::<&str>::new());
        run(&file, &[], &["a"]);
    }
}

#[test]
fn two_that_write_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    let (one, other) = (Cache::open(&file), Cache::open(&file));
    let names: Vec<String> = (0..40).map(|nth| format!("f{nth:02}")).collect();
    for (nth, name) in names.iter().enumerate() {
        let cache = if nth % 2 == 0 { &one } else { &other };
        cache.add(&key(name), &facts(name));
        // As if each were too large to wait.
        cache.new.lock().unwrap().write(cache.file.as_ref().unwrap());
    }
    let used: HashSet<Key> = names.iter().map(|name| key(name)).collect();
    assert!(one.finish(&used).is_none());
    assert!(other.finish(&used).is_none());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(known(&file, &names), names);
}

#[test]
fn what_is_read_while_another_writes_anew_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop");
    run(&file, &[], &["a", "b", "c", "d"]);
    let slow = Cache::open(&file);
    run(&file, &["d"], &[]);
    assert_eq!(known(&file, &["a", "b", "c", "d"]), ["d"]);
    assert_eq!(slow.get(&key("a")), Some(facts("a")));
    slow.add(&key("e"), &facts("e"));
    assert!(slow.finish(&["a", "e"].iter().map(|name| key(name)).collect()).is_none());
    assert_eq!(known(&file, &["d"]), ["d"]);
}

#[test]
fn a_cache_that_can_not_be_written_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("maps"), "a file where a folder should be").unwrap();
    let said = run(&folder.path().join("maps/shop"), &[], &["a"]).unwrap().to_string();
    assert!(said.starts_with("Warning: map: what was read is not remembered — "), "{said}");
    assert!(said.ends_with(" — the next run parses every file again"), "{said}");
}

#[test]
fn what_was_used_least_recently_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let age = |name: &str, seconds: u64, bytes: u64| {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        // Without its blocks: a file may be large and take no room.
        file.set_len(bytes).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
    };
    age("forgotten", limits::KEPT_CACHE.as_secs() + 60, 10);
    age("oldest", 300, limits::CACHE_BYTES / 2);
    age("older", 200, limits::CACHE_BYTES / 2);
    age("newer", 100, limits::CACHE_BYTES / 4);
    assert!(run(&folder.path().join("shop"), &[], &["a"]).is_none());
    let mut left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left.iter().map(|name| name.split('-').next().unwrap()).collect::<Vec<_>>(), ["newer", "older", "shop"]);
}
