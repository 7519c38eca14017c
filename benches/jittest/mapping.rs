//! How fast a tree is mapped: next to bare parsing of the same bytes, next to universal-ctags, and again after one file
//! changed; and what memory a large tree takes. Each figure is a median of rounds that take turns; the clock stops when
//! a map is there, before it is let go.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, ensure};
use jittest::domain::{DiffSource, RepoPath, SourceTree, TreeMap};
use jittest::language;
use jittest::pipeline::checkout::local;
use jittest::pipeline::map::{Reading, tree};
use tree_sitter::Parser;

use crate::corpus::{self, Corpus};
use crate::service::percentile;

const ROUNDS: usize = 5;
/// Files of the tree whose memory is measured.
const MANY: usize = 20_000;

pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    for corpus in corpus::all(out)? {
        speed(out, &corpus)?;
    }
    memory(out)
}

/// The files of a tree that the map reads, and their bytes.
struct Read {
    files: Vec<RepoPath>,
    bytes: u64,
}

fn read(source: &SourceTree) -> anyhow::Result<Read> {
    let map = tree(source, &Reading::default());
    let files: Vec<RepoPath> = map.mapped().map(|file| file.path.clone()).collect();
    ensure!(!files.is_empty(), "{} has no source files", source.folder.display());
    let sizes = files.iter().map(|file| std::fs::metadata(source.path_of(file)).map(|found| found.len()));
    let bytes = sizes.sum::<std::io::Result<u64>>()?;
    Ok(Read { files, bytes })
}

fn speed(out: &mut dyn Write, corpus: &Corpus) -> anyhow::Result<()> {
    // What is left out is in neither figure.
    let read = read(&corpus.tree)?;
    let source = SourceTree { files: read.files.clone(), ..corpus.tree.clone() };
    let (mut bare, mut mapped, mut tagged) = (Vec::new(), Vec::new(), Vec::new());
    let has_ctags = has_universal_ctags();
    for _ in 0..ROUNDS {
        bare.push(seconds(|| parse_all(&source))?);
        mapped.push(seconds(|| map_once(&source, &Reading::default()))?);
        if has_ctags {
            tagged.push(seconds(|| tag_all(&source))?);
        }
    }
    let (bare, mapped) = (median(bare), median(mapped));
    let (files, megabytes) = (read.files.len(), read.bytes as f64 / 1e6);
    let rate = |seconds: f64| format!("{:.0} files/s, {:.1} MB/s", files as f64 / seconds, megabytes / seconds);
    writeln!(out, "\nmap of {}: {files} files, {megabytes:.1} MB, {} threads", corpus.name, threads())?;
    writeln!(out, "  bare parsing    {bare:.2} s: {}", rate(bare))?;
    writeln!(out, "  map             {mapped:.2} s: {}; {:.2} times bare parsing", rate(mapped), mapped / bare)?;
    match tagged.is_empty() {
        true => writeln!(out, "  universal-ctags is not installed")?,
        false => {
            let tagged = median(tagged);
            writeln!(
                out,
                "  universal-ctags {tagged:.2} s: {}; the map takes {:.2} times that",
                rate(tagged),
                mapped / tagged
            )?;
        }
    }
    again(out, &source)
}

/// A second run, on the commit after the one of the first, which changes one file.
fn again(out: &mut dyn Write, source: &SourceTree) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let repository = folder.path().join("repository");
    copy(source, &repository)?;
    let git = git2::Repository::init(&repository)?;
    commit(&git)?;
    let (mut first, mut second, mut parsed) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let changed = source.files[round * (source.files.len() - 1) / ROUNDS].as_str();
        let mut file = std::fs::OpenOptions::new().append(true).open(repository.join(changed))?;
        file.write_all(b"\n")?;
        commit(&git)?;
        let checkout = local(&repository, &DiffSource::Back(1)).context("the two commits")?.checkout;
        let (cache, count) = (folder.path().join(format!("cache{round}/map")), AtomicUsize::new(0));
        let reading = Reading { cache: Some(&cache), parsed: Some(&count), ..Reading::default() };
        first.push(seconds(|| map_once(&checkout.base, &reading))?);
        count.store(0, Ordering::Relaxed);
        second.push(seconds(|| map_once(&checkout.head, &reading))?);
        parsed = count.load(Ordering::Relaxed);
    }
    let (first, second) = (median(first), median(second));
    writeln!(
        out,
        "  again           {second:.2} s after one file changed: {:.1} % of {first:.2} s, {parsed} of {} files parsed",
        100.0 * second / first,
        source.files.len()
    )?;
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "what is measured can fail")]
fn map_once(source: &SourceTree, reading: &Reading<'_>) -> anyhow::Result<TreeMap> {
    Ok(tree(source, reading))
}

fn copy(source: &SourceTree, to: &Path) -> anyhow::Result<()> {
    for file in &source.files {
        let target = to.join(file.as_str());
        std::fs::create_dir_all(target.parent().context("a folder")?)?;
        std::fs::write(target, std::fs::read(source.path_of(file))?)?;
    }
    Ok(())
}

/// Commits all that lies in the work tree.
fn commit(git: &git2::Repository) -> anyhow::Result<()> {
    let mut index = git.index()?;
    index.add_all(["*"], git2::IndexAddOption::FORCE, None)?;
    index.write()?;
    let tree = git.find_tree(index.write_tree()?)?;
    let who = git2::Signature::new("Bench", "bench@example.com", &git2::Time::new(1_700_000_000, 0))?;
    let parent = git.head().ok().and_then(|head| head.peel_to_commit().ok());
    git.commit(Some("HEAD"), &who, &who, "Next", &tree, &parent.iter().collect::<Vec<_>>())?;
    Ok(())
}

/// Reads and parses every file, on as many threads as the map.
fn parse_all(source: &SourceTree) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let work = || -> anyhow::Result<()> {
        while let Some(path) = source.files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = source.text(path.as_str()).context("a text")?;
            let mut parser = Parser::new();
            parser.set_language(&language::mapper(path).context("a language")?.grammar(path))?;
            parser.parse(&text, None).context("a tree")?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads()).map(|_| scope.spawn(work)).collect();
        started.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a thread panicked"))?)
    })
}

fn has_universal_ctags() -> bool {
    let version = Command::new("ctags").arg("--version").output();
    version.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("Universal Ctags"))
}

/// As many processes as there are threads, each with its share of the files.
fn tag_all(source: &SourceTree) -> anyhow::Result<()> {
    let mut running = Vec::new();
    for share in 0..threads() {
        let mut child = Command::new("ctags")
            .args(["-f", "/dev/null", "--kinds-all=*", "-L", "-"])
            .current_dir(&source.folder)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut list = child.stdin.take().context("its input")?;
        for file in source.files.iter().skip(share).step_by(threads()) {
            writeln!(list, "{file}")?;
        }
        running.push(child);
    }
    running.into_iter().try_for_each(|mut child| {
        ensure!(child.wait()?.success(), "ctags failed");
        Ok(())
    })
}

/// The most memory that `jittest analyze` holds at once on a large tree, and what it takes again after one file changed.
fn memory(out: &mut dyn Write) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let repository = folder.path().join("repository");
    corpus::large(&repository, MANY)?;
    git2::Repository::init(&repository)?;
    let cache = folder.path().join("cache");
    let first = analyzed(&repository, &cache)?;
    std::fs::write(repository.join("one_more.py"), "def one_more():\n    return 1\n")?;
    let again = analyzed(&repository, &cache)?;
    writeln!(out, "\njittest analyze on {MANY} files")?;
    writeln!(out, "  memory          {} MB at most, {:.1} s", first.kilobytes / 1_000, first.seconds)?;
    writeln!(out, "  again           {} MB at most, {:.1} s", again.kilobytes / 1_000, again.seconds)?;
    Ok(())
}

/// What one `jittest analyze` took.
struct Taken {
    kilobytes: u64,
    seconds: f64,
}

fn analyzed(repository: &Path, cache: &Path) -> anyhow::Result<Taken> {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_jittest"))
        .args(["analyze", "--format", "json", "--repo"])
        .arg(repository)
        .env("XDG_CACHE_HOME", cache)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut kilobytes = 0;
    let status = loop {
        kilobytes = kilobytes.max(peak_kilobytes(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    ensure!(status.success(), "jittest analyze ended with {status}");
    Ok(Taken { kilobytes, seconds: started.elapsed().as_secs_f64() })
}

/// The high-water mark of a process's memory, as Linux tells it.
fn peak_kilobytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn seconds<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<f64> {
    let started = Instant::now();
    let made = work()?;
    let seconds = started.elapsed().as_secs_f64();
    drop(made);
    Ok(seconds)
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    percentile(&seconds, 0.5)
}
