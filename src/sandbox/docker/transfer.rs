//! Files in and out of a container, as tar streams; what comes out is checked entry by entry.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::super::inputs::{Entry, EntryKind, Listing};
use crate::domain::{RepoPath, Warning, limits};

/// Bytes of a tar stream that are sent at once.
const CHUNK: usize = 256 << 10;

/// A tar stream of `listing`, made by a thread of its own while it is read.
pub(super) fn archive(listing: Listing) -> mpsc::Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let chunks = Chunks { sender, buffer: Vec::with_capacity(CHUNK) };
        // Where this fails the stream ends early, tar says so, and the run ends with that.
        if let Err(error) = write_archive(&listing.entries, chunks) {
            tracing::debug!(%error, "the inputs were not sent to the end");
        }
    });
    receiver
}

fn write_archive(entries: &[Entry], chunks: Chunks) -> io::Result<()> {
    let mut builder = tar::Builder::new(chunks);
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.set_mode(entry.mode);
        header.set_mtime(entry.modified);
        header.set_size(entry.kind.size());
        match &entry.kind {
            EntryKind::Link(target) => {
                header.set_entry_type(tar::EntryType::Symlink);
                builder.append_link(&mut header, &entry.path, target)?;
            }
            EntryKind::Folder => {
                header.set_entry_type(tar::EntryType::Directory);
                builder.append_data(&mut header, &entry.path, io::empty())?;
            }
            EntryKind::Bytes(_) | EntryKind::File(..) => {
                header.set_entry_type(tar::EntryType::Regular);
                // A file that has become shorter must not shift what follows it.
                let content = entry.kind.open()?.chain(io::repeat(0)).take(entry.kind.size());
                builder.append_data(&mut header, &entry.path, content)?;
            }
        }
    }
    builder.into_inner()?.flush()
}

/// Bytes on their way to the engine.
struct Chunks {
    sender: mpsc::Sender<Bytes>,
    buffer: Vec<u8>,
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let chunk = Bytes::from(std::mem::take(&mut self.buffer));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "nobody reads the archive any more");
        if chunk.is_empty() { Ok(()) } else { self.sender.blocking_send(chunk).map_err(gone) }
    }
}

/// Bytes of an archive that are read at most: all contents, and a header and a long name for each.
pub(super) const ARCHIVE_BYTES: u64 = limits::SANDBOX_OUT_BYTES + limits::SANDBOX_OUT_FILES as u64 * 8192;

/// Files that came out, and what was refused.
pub(super) type Unpacked = (Vec<(RepoPath, Vec<u8>)>, Vec<Warning>);

/// The files of `archive` that were asked for: regular ones within the bounds. The archive was made inside, of what
/// the code under test left there, and is believed in nothing.
pub(super) fn unpack(archive: &[u8], asked: &[RepoPath]) -> Unpacked {
    let mut unpacking = Unpacking { asked: asked.iter().collect(), files: Vec::new(), bytes: 0, refused: Vec::new() };
    // A broken archive (cut at its bound, say) gives the files before the break.
    if let Err(error) = unpacking.all(archive) {
        unpacking.refused.push(Warning::new(
            "sandbox",
            "not all files were brought out",
            format!("their archive is broken or past its bound: {error}"),
            "what they would have told is missing",
        ));
    }
    (unpacking.files, unpacking.refused)
}

struct Unpacking<'a> {
    asked: BTreeSet<&'a RepoPath>,
    files: Vec<(RepoPath, Vec<u8>)>,
    bytes: u64,
    refused: Vec<Warning>,
}

impl Unpacking<'_> {
    fn all(&mut self, archive: &[u8]) -> io::Result<()> {
        for entry in tar::Archive::new(archive).entries()? {
            let mut entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            match self.accept(&name, &entry) {
                Ok(path) => {
                    let mut content = Vec::new();
                    entry.by_ref().take(limits::SANDBOX_OUT_BYTES).read_to_end(&mut content)?;
                    if content.len() as u64 != entry.size() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    self.bytes += content.len() as u64;
                    self.files.push((path, content));
                }
                Err(why) => self.refuse(&name, why),
            }
        }
        Ok(())
    }

    fn accept<R: Read>(&self, name: &str, entry: &tar::Entry<'_, R>) -> Result<RepoPath, &'static str> {
        let path = RepoPath::parse(name).map_err(|_| "its path leaves the working folder")?;
        let kind = entry.header().entry_type();
        if !self.asked.contains(&path) {
            return Err("nobody asked for it");
        }
        if kind != tar::EntryType::Regular {
            return Err("it is not a regular file");
        }
        if self.files.iter().any(|(taken, _)| *taken == path) {
            return Err("it came twice");
        }
        if self.files.len() >= limits::SANDBOX_OUT_FILES || self.bytes + entry.size() > limits::SANDBOX_OUT_BYTES {
            return Err("it is past the bound of what comes out of a sandbox");
        }
        Ok(path)
    }

    fn refuse(&mut self, name: &str, why: &str) {
        if self.refused.len() < 10 {
            let name: String = name.trim_end_matches('/').chars().filter(|char| !char.is_control()).take(100).collect();
            let what = format!("{name} was not brought out");
            self.refused.push(Warning::new("sandbox", what, why, "what it would have told is missing"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive_of(build: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        build(&mut builder);
        builder.into_inner().unwrap()
    }

    fn append(builder: &mut tar::Builder<Vec<u8>>, kind: tar::EntryType, name: &str, content: &[u8]) {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        // Past the checks of `set_path`, as a hostile archive is.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, content).unwrap();
    }

    fn asked(paths: &[&str]) -> Vec<RepoPath> {
        paths.iter().map(|path| RepoPath::parse(path).unwrap()).collect()
    }

    #[test]
    fn a_regular_file_that_was_asked_for_comes_out() {
        let archive = archive_of(|builder| append(builder, tar::EntryType::Regular, "a/result.json", b"{}"));
        let (files, warnings) = unpack(&archive, &asked(&["a/result.json"]));
        assert_eq!(files, [(RepoPath::parse("a/result.json").unwrap(), b"{}".to_vec())]);
        assert!(warnings.is_empty());
    }

    #[test]
    fn links_devices_strange_paths_and_strangers_are_refused() {
        let archive = archive_of(|builder| {
            for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo, tar::EntryType::Block] {
                append(builder, kind, "result", b"");
            }
            append(builder, tar::EntryType::Regular, "../../etc/cron.d/x", b"x");
            append(builder, tar::EntryType::Regular, "/etc/passwd", b"x");
            append(builder, tar::EntryType::Regular, "other", b"x");
        });
        let (files, warnings) = unpack(&archive, &asked(&["result"]));
        assert!(files.is_empty());
        assert_eq!(warnings.len(), 7);
    }

    #[test]
    fn a_file_never_comes_twice_and_a_cut_archive_gives_what_came_before() {
        let archive = archive_of(|builder| {
            append(builder, tar::EntryType::Regular, "a", b"first");
            append(builder, tar::EntryType::Regular, "a", b"second");
            append(builder, tar::EntryType::Regular, "b", &[1; 2000]);
        });
        let (files, warnings) = unpack(&archive[..512 * 5 + 700], &asked(&["a", "b"]));
        assert_eq!(files, [(RepoPath::parse("a").unwrap(), b"first".to_vec())]);
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn a_size_that_lies_is_not_believed() {
        let mut header = tar::Header::new_gnu();
        header.set_path("a").unwrap();
        header.set_size(1 << 50);
        header.set_cksum();
        let (files, warnings) = unpack(header.as_bytes(), &asked(&["a"]));
        assert!(files.is_empty());
        assert!(!warnings.is_empty());
    }
}
