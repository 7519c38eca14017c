//! A request's body, read piece by piece within its own bound and within one for all bodies together: nobody has shown
//! yet that they may send anything.

use axum::body::Body;
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::limits;

/// The bytes that one permit stands for.
const UNIT: usize = 1 << 10;

/// Room for all bodies that are in memory together.
pub(super) fn room() -> Semaphore {
    Semaphore::new(limits::WEBHOOKS_BYTES / UNIT)
}

/// A whole body.
pub(super) struct Received<'r> {
    /// The body.
    pub(super) bytes: Vec<u8>,
    /// What it takes up of the room for all; to be kept as long as the body.
    pub(super) room: Option<SemaphorePermit<'r>>,
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is larger than a webhook may be.
    TooLarge,
    /// Other bodies take up the room.
    NoRoom,
    /// Its connection broke.
    Broken,
}

/// Reads a body. Room is asked for as it arrives, and not for what is only announced.
pub(super) async fn read(body: Body, room: &Semaphore) -> Result<Received<'_>, Unread> {
    let mut received = Received { bytes: Vec::new(), room: None };
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Unread::Broken)?;
        if received.bytes.len() + piece.len() > limits::WEBHOOK_BYTES {
            return Err(Unread::TooLarge);
        }
        received.make_room(received.bytes.len() + piece.len(), room)?;
        received.bytes.extend_from_slice(&piece);
    }
    Ok(received)
}

impl<'r> Received<'r> {
    fn make_room(&mut self, bytes: usize, room: &'r Semaphore) -> Result<(), Unread> {
        let needed = bytes.saturating_sub(limits::WEBHOOK_SMALL_BYTES).div_ceil(UNIT);
        let held = self.room.as_ref().map_or(0, SemaphorePermit::num_permits);
        let Some(more) = needed.checked_sub(held).filter(|more| *more > 0) else { return Ok(()) };
        let more = room.try_acquire_many(u32::try_from(more).unwrap_or(u32::MAX)).map_err(|_| Unread::NoRoom)?;
        match &mut self.room {
            Some(held) => held.merge(more),
            None => self.room = Some(more),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_pieces(pieces: usize, bytes: usize) -> Body {
        let pieces = (0..pieces).map(move |_| Ok::<_, std::io::Error>(vec![b'x'; bytes]));
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_small_body_needs_no_room_and_a_large_one_takes_what_it_has_received() {
        let room = Semaphore::new(100);
        let small = read(of_pieces(64, UNIT), &room).await.map_err(|why| panic!("{why:?}")).unwrap();
        assert_eq!((small.bytes.len(), room.available_permits()), (limits::WEBHOOK_SMALL_BYTES, 100));
        let large = read(of_pieces(64 + 60, UNIT), &room).await.map_err(|why| panic!("{why:?}")).unwrap();
        assert_eq!((large.bytes.len(), room.available_permits()), ((64 + 60) * UNIT, 40));
        assert_eq!(read(of_pieces(64 + 41, UNIT), &room).await.err(), Some(Unread::NoRoom));
        assert!(read(of_pieces(64, UNIT), &room).await.is_ok(), "a small one was turned away");
        drop(large);
        assert_eq!(room.available_permits(), 100);
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_bound_and_not_past_it() {
        let room = room();
        let pieces = limits::WEBHOOK_BYTES / (1 << 20);
        assert_eq!(
            read(of_pieces(pieces, 1 << 20), &room).await.ok().map(|it| it.bytes.len()),
            Some(limits::WEBHOOK_BYTES)
        );
        assert_eq!(read(of_pieces(pieces + 1, 1 << 20), &room).await.err(), Some(Unread::TooLarge));
        let broken = futures_util::stream::iter([Err::<Vec<u8>, _>(std::io::Error::other("gone"))]);
        assert_eq!(read(Body::from_stream(broken), &room).await.err(), Some(Unread::Broken));
    }
}
