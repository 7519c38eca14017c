//! A webhook delivery: authentic, unique, stored before anything else happens.

use super::DeliveryId;

/// What the forge sent, as it came.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Unique for ever; the same again is the same delivery.
    pub id: DeliveryId,
    /// The event's name (`X-GitHub-Event`).
    pub event_name: String,
    /// The raw body, already authenticated.
    pub body: Vec<u8>,
    /// When it came, in milliseconds since 1970 (UTC).
    pub received_at_ms: i64,
}
