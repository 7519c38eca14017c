//! How long and how often a call to GitHub is tried again.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, StatusCode};

use super::client::Failure;
use crate::domain::limits;
use crate::forge::ForgeError;

/// The wait before the second try where GitHub names none; it doubles with each try.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The wait that GitHub asks for after a secondary limit that names none; it doubles with each try.
const SECONDARY_WAIT: Duration = Duration::from_secs(60);

/// What time it is, and how it passes.
#[async_trait]
pub trait Clock: Send + Sync + fmt::Debug {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// Returns after `wait`.
    async fn sleep(&self, wait: Duration);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        jiff::Timestamp::now().as_millisecond()
    }

    async fn sleep(&self, wait: Duration) {
        tokio::time::sleep(wait).await;
    }
}

/// The bounds of all tries of one call, and the clock that they are measured by.
#[derive(Clone, Debug)]
pub struct RetryBounds {
    /// Tries, the first one included.
    pub tries: u32,
    /// All tries and the waits between them.
    pub time: Duration,
    /// The longest wait that GitHub may ask for and that is waited out here; a longer one is
    /// [`ForgeError::RateLimited`], for the caller to come back then.
    pub asked_wait: Duration,
    /// One exchange, from the connection to the answer's last byte.
    pub exchange: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

impl Default for RetryBounds {
    fn default() -> Self {
        Self {
            tries: limits::FORGE_TRIES,
            time: limits::FORGE_TIME,
            asked_wait: limits::FORGE_ASKED_WAIT,
            exchange: limits::FORGE_READ,
            clock: Arc::new(SystemClock),
        }
    }
}

/// How a rate limit was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// To be waited for exactly so long.
    For(Duration),
    /// Until this time, in milliseconds since 1970.
    Until(i64),
    /// A secondary limit that names no time.
    Unsaid,
}

/// The rate limit that an answer speaks of, by GitHub's own rules: `Retry-After` first, then the reset time of an
/// exhausted budget, then the words of a secondary limit.
pub(super) fn limit_of(status: StatusCode, headers: &HeaderMap, message: &str) -> Option<Limit> {
    if status != StatusCode::FORBIDDEN && status != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    if let Some(wait) = retry_after(headers) {
        return Some(Limit::For(wait));
    }
    if number(headers, "x-ratelimit-remaining") == Some(0) {
        return Some(
            number(headers, "x-ratelimit-reset").map_or(Limit::Unsaid, |at| Limit::Until(i64::from(at) * 1000)),
        );
    }
    let message = message.to_ascii_lowercase();
    let said = message.contains("rate limit") || message.contains("abuse detection");
    (status == StatusCode::TOO_MANY_REQUESTS || said).then_some(Limit::Unsaid)
}

/// What `Retry-After` asks for, in seconds.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    number(headers, "retry-after").map(|seconds| Duration::from_secs(seconds.into()))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u32> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// The tries of one call: counts them, and waits between them.
pub(super) struct Tries<'a> {
    bounds: &'a RetryBounds,
    what: &'static str,
    made: u32,
    began_ms: i64,
}

impl<'a> Tries<'a> {
    /// The tries of `what`, none made yet.
    pub(super) fn of(what: &'static str, bounds: &'a RetryBounds) -> Self {
        Self { bounds, what, made: 0, began_ms: bounds.clock.now_ms() }
    }

    /// Waits as `failure` asks for, so that the caller may try again.
    ///
    /// # Errors
    /// Where trying again can't help, or the bounds are reached.
    pub(super) async fn after(&mut self, failure: Failure) -> Result<(), ForgeError> {
        self.made += 1;
        let doubled = 1_u32 << (self.made - 1).min(10);
        let now = self.bounds.clock.now_ms();
        let wait = match &failure {
            Failure::Refused { .. } | Failure::Known(_) => return Err(failure.named(self.what)),
            Failure::Unsure { wait, .. } => wait.unwrap_or(FIRST_WAIT * doubled),
            Failure::Limited(Limit::For(wait)) => *wait,
            Failure::Limited(Limit::Until(at)) => millis(at - now) + Duration::from_secs(1),
            Failure::Limited(Limit::Unsaid) => SECONDARY_WAIT * doubled,
        };
        let asked = !matches!(failure, Failure::Unsure { wait: None, .. });
        let too_long = asked && wait > self.bounds.asked_wait;
        let spent = millis(now - self.began_ms);
        if too_long || self.made >= self.bounds.tries || spent + wait > self.bounds.time {
            return Err(match failure {
                Failure::Unsure { .. } if !too_long => failure.named(self.what),
                _ => ForgeError::RateLimited {
                    what: self.what.to_owned(),
                    until_ms: now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
                },
            });
        }
        tracing::debug!(what = self.what, tries = self.made, wait_ms = wait.as_millis(), "the forge is asked again");
        self.bounds.clock.sleep(wait + jitter(wait)).await;
        Ok(())
    }
}

fn millis(count: i64) -> Duration {
    Duration::from_millis(u64::try_from(count).unwrap_or(0))
}

/// Up to a quarter of `wait`, at most 5 s, so that many workers don't come back at once. `RandomState` is seeded
/// anew each time, which is all the chance that this needs.
fn jitter(wait: Duration) -> Duration {
    let most = u64::try_from(wait.as_millis() / 4).unwrap_or(u64::MAX).min(5_000);
    Duration::from_millis(RandomState::new().hash_one(wait) % (most + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
    }

    #[test]
    fn a_refusal_without_a_limit_is_no_limit() {
        let left = headers(&[("x-ratelimit-remaining", "17")]);
        assert_eq!(limit_of(StatusCode::FORBIDDEN, &left, "Resource not accessible by integration"), None);
        assert_eq!(limit_of(StatusCode::NOT_FOUND, &headers(&[("retry-after", "3")]), ""), None);
    }

    #[test]
    fn limits_are_read_in_githubs_order() {
        let both = headers(&[("retry-after", "3"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "100")]);
        let seconds = Some(Limit::For(Duration::from_secs(3)));
        assert_eq!(limit_of(StatusCode::FORBIDDEN, &both, ""), seconds);
        let primary = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "100")]);
        assert_eq!(limit_of(StatusCode::FORBIDDEN, &primary, ""), Some(Limit::Until(100_000)));
        let words = "You have exceeded a secondary rate limit.";
        assert_eq!(limit_of(StatusCode::FORBIDDEN, &HeaderMap::new(), words), Some(Limit::Unsaid));
        assert_eq!(limit_of(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), ""), Some(Limit::Unsaid));
    }

    #[test]
    fn jitter_is_at_most_a_quarter_of_the_wait() {
        for seconds in [0, 1, 10, 600] {
            let wait = Duration::from_secs(seconds);
            assert!(jitter(wait) <= wait / 4);
            assert!(jitter(wait) <= Duration::from_secs(5));
        }
    }
}
