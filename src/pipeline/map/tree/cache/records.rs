//! What is remembered of one file, as it lies in the file of its repository: a key, a length, a checksum, and the facts.

use std::borrow::Cow;
use std::fs::File;
use std::os::unix::fs::FileExt as _;

use crc::{CRC_64_XZ, Crc, Table};

use crate::domain::{FileFacts, limits};

/// The digest of a path and of what its file holds.
pub(in super::super) type Key = [u8; 32];

/// What comes before the facts.
const HEADER: usize = size_of::<Key>() + size_of::<u32>() + size_of::<u64>();
const CHECKSUM: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_XZ);

/// Where the facts of one record lie, and what they must add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    start: u64,
    length: u32,
    checksum: u64,
}

/// A file of records.
pub(super) struct Records {
    pub(super) file: File,
    /// How it begins, where it was small when it was opened: to read it record by record takes longer.
    held: Vec<u8>,
}

impl Records {
    /// The records of a file.
    pub(super) fn of(file: File) -> std::io::Result<Self> {
        let bytes = file.metadata()?.len();
        let is_small = bytes <= limits::CACHE_HELD as u64;
        let mut held = vec![0; if is_small { usize::try_from(bytes).unwrap_or_default() } else { 0 }];
        file.read_exact_at(&mut held, 0)?;
        Ok(Self { file, held })
    }

    fn read(&self, start: u64, length: usize) -> std::io::Result<Cow<'_, [u8]>> {
        let held = usize::try_from(start).ok().and_then(|start| self.held.get(start..start.checked_add(length)?));
        if let Some(held) = held {
            return Ok(Cow::Borrowed(held));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(Cow::Owned(bytes))
    }
}

/// All records of a file, in order, up to the first that is no whole one; and whether there is none such.
pub(super) fn scan(file: &Records) -> std::io::Result<(Vec<(Key, Place)>, bool)> {
    let (bytes, mut at, mut records) = (file.file.metadata()?.len(), 0_u64, Vec::new());
    while at + HEADER as u64 <= bytes {
        let header = file.read(at, HEADER)?;
        let Some(header) = header.first_chunk() else { break };
        let (key, place) = parsed(header, at + HEADER as u64);
        at = place.start + u64::from(place.length);
        if at > bytes {
            return Ok((records, false));
        }
        records.push((key, place));
    }
    Ok((records, at == bytes))
}

fn parsed(header: &[u8; HEADER], start: u64) -> (Key, Place) {
    let (mut key, mut length, mut checksum) = (Key::default(), [0; size_of::<u32>()], [0; size_of::<u64>()]);
    let (first, rest) = header.split_at(size_of::<Key>());
    let (second, third) = rest.split_at(size_of::<u32>());
    key.copy_from_slice(first);
    length.copy_from_slice(second);
    checksum.copy_from_slice(third);
    (key, Place { start, length: u32::from_le_bytes(length), checksum: u64::from_le_bytes(checksum) })
}

/// The record of a file; `None` for one that is too long to be one.
pub(super) fn record(key: &Key, facts: &FileFacts) -> Option<Vec<u8>> {
    let facts = postcard::to_allocvec(facts).ok()?;
    let length = u32::try_from(facts.len()).ok()?;
    let checksum = checksum(key, &facts);
    Some([key.as_slice(), &length.to_le_bytes(), &checksum.to_le_bytes(), &facts].concat())
}

/// The facts at a place, where they are what was written there.
pub(super) fn facts(file: &Records, key: &Key, place: Place) -> Option<FileFacts> {
    postcard::from_bytes(whole(file, key, place)?.get(HEADER..)?).ok()
}

/// The whole record at a place, where it is what was written there.
pub(super) fn whole<'f>(file: &'f Records, key: &Key, place: Place) -> Option<Cow<'f, [u8]>> {
    let bytes = file.read(place.start - HEADER as u64, HEADER + place.length as usize).ok()?;
    (bytes.starts_with(key) && checksum(key, bytes.get(HEADER..)?) == place.checksum).then_some(bytes)
}

fn checksum(key: &Key, facts: &[u8]) -> u64 {
    let mut digest = CHECKSUM.digest();
    digest.update(key);
    digest.update(facts);
    digest.finalize()
}
