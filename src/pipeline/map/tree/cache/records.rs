//! What is remembered of one file, as it lies in the file of its repository: a key, a length, a checksum, and the facts.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};
use std::os::unix::fs::FileExt as _;

use crc::{CRC_64_XZ, Crc, Table};

use crate::domain::FileFacts;

/// The digest of a path and of what its file holds.
pub(in super::super) type Key = [u8; 32];

/// What comes before the facts.
const HEADER: usize = size_of::<Key>() + size_of::<u32>() + size_of::<u64>();
/// So many bytes are read together where records are looked for: few reads, and no memory that was never used before.
const AT_ONCE: usize = 256 << 10;
const CHECKSUM: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_XZ);

/// Where the facts of one record lie, and what they must add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    start: u64,
    length: u32,
    checksum: u64,
}

/// All records of a file, in order, up to the first that is no whole one; and whether there is none such.
pub(super) fn scan(mut file: &File) -> std::io::Result<(Vec<(Key, Place)>, bool)> {
    let (bytes, mut at, mut records) = (file.metadata()?.len(), 0_u64, Vec::new());
    file.rewind()?;
    let (mut input, mut header) = (BufReader::with_capacity(AT_ONCE, file), [0; HEADER]);
    while at + HEADER as u64 <= bytes {
        input.read_exact(&mut header)?;
        let (key, place) = parsed(&header, at + HEADER as u64);
        at = place.start + u64::from(place.length);
        if at > bytes {
            return Ok((records, false));
        }
        input.seek_relative(i64::from(place.length))?;
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
pub(super) fn facts(file: &File, key: &Key, place: Place) -> Option<FileFacts> {
    postcard::from_bytes(whole(file, key, place)?.get(HEADER..)?).ok()
}

/// The whole record at a place, where it is what was written there.
pub(super) fn whole(file: &File, key: &Key, place: Place) -> Option<Vec<u8>> {
    let mut bytes = vec![0; HEADER + place.length as usize];
    file.read_exact_at(&mut bytes, place.start - HEADER as u64).ok()?;
    (bytes.starts_with(key) && checksum(key, bytes.get(HEADER..)?) == place.checksum).then_some(bytes)
}

fn checksum(key: &Key, facts: &[u8]) -> u64 {
    let mut digest = CHECKSUM.digest();
    digest.update(key);
    digest.update(facts);
    digest.finalize()
}
