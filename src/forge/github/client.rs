//! One call to GitHub: sent with the right credentials, bounded in time and size, and sorted by what may follow.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, LINK, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use octocrab::Octocrab;
use octocrab::service::middleware::retry::RetryConfig;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::credentials::{AppKey, TOKEN_LEFT, Token, TokenAnswer, Tokens};
use super::retry::{Limit, RetryBounds, Tries, limit_of, retry_after};
use crate::domain::limits;
use crate::forge::ForgeError;

const API_VERSION: (&str, &str) = ("x-github-api-version", "2022-11-28");
/// Items on a page: GitHub's most.
pub(super) const PER_PAGE: usize = 100;
/// Characters of GitHub's words that an error carries.
const MESSAGE_CHARS: usize = 300;

/// What is asked of GitHub.
pub(super) struct Call {
    /// In words, for errors.
    pub(super) what: &'static str,
    method: Method,
    path: String,
    body: Option<String>,
}

impl Call {
    /// Reads `path`.
    pub(super) fn get(what: &'static str, path: impl Into<String>) -> Self {
        Self { what, method: Method::GET, path: path.into(), body: None }
    }

    /// Sends `body` to `path` to be made.
    pub(super) fn post(what: &'static str, path: impl Into<String>, body: &Value) -> Self {
        Self { what, method: Method::POST, path: path.into(), body: Some(body.to_string()) }
    }

    /// Sends `body` as a change of `path`.
    pub(super) fn patch(what: &'static str, path: impl Into<String>, body: &Value) -> Self {
        Self { what, method: Method::PATCH, path: path.into(), body: Some(body.to_string()) }
    }
}

/// Why a call did not succeed, sorted by what may follow.
#[derive(Debug)]
pub(super) enum Failure {
    /// No answer, or a 5xx: GitHub may have done it, or not.
    Unsure {
        /// What was seen.
        source: anyhow::Error,
        /// How long GitHub wants us to wait, where it says so.
        wait: Option<Duration>,
    },
    /// GitHub did nothing and wants us to wait.
    Limited(Limit),
    /// GitHub said no.
    Refused {
        /// Its status.
        status: StatusCode,
        /// Its words, short.
        message: String,
    },
    /// Another error that is complete already.
    Known(ForgeError),
}

impl Failure {
    /// Whether GitHub answered with this status.
    pub(super) fn is(&self, wanted: StatusCode) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == wanted)
    }

    /// The error of the call `what`.
    pub(super) fn named(self, what: &str) -> ForgeError {
        let what = what.to_owned();
        match self {
            Self::Unsure { source, .. } => ForgeError::Unavailable { what, source },
            Self::Limited(_) => ForgeError::RateLimited { what, until_ms: 0 },
            Self::Refused { status: StatusCode::UNAUTHORIZED, message } => ForgeError::Unauthorized { what, message },
            Self::Refused { status: StatusCode::FORBIDDEN, message } => ForgeError::Forbidden { what, message },
            Self::Refused { status: StatusCode::NOT_FOUND | StatusCode::GONE, .. } => ForgeError::NotFound { what },
            Self::Refused { status, message } => {
                ForgeError::Unexpected { what, message: format!("{} {message}", status.as_u16()) }
            }
            Self::Known(error) => error,
        }
    }

    fn unsure(source: anyhow::Error) -> Self {
        Self::Unsure { source, wait: None }
    }
}

impl From<ForgeError> for Failure {
    fn from(error: ForgeError) -> Self {
        Self::Known(error)
    }
}

/// What GitHub answered, with success.
#[derive(Debug)]
pub(super) struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// The answer to `what`, read as `T`.
    pub(super) fn read<T: DeserializeOwned>(&self, what: &str) -> Result<T, ForgeError> {
        serde_json::from_slice(&self.body).map_err(|error| ForgeError::Unexpected {
            what: what.to_owned(),
            message: format!("the answer can't be read: {}", short(&error.to_string())),
        })
    }

    /// Whether another page follows this one of `items` items: as GitHub says, or, where it says nothing, if it is full.
    pub(super) fn is_followed(&self, items: usize) -> bool {
        let link = self.headers.get(LINK).and_then(|value| value.to_str().ok());
        link.map_or(items >= PER_PAGE, |link| link.contains("rel=\"next\""))
    }
}

/// The App as GitHub knows it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Identity {
    pub(super) id: u64,
    pub(super) name: String,
    slug: String,
}

impl Identity {
    /// Whether a login is our own bot's.
    pub(super) fn is_author(&self, login: &str) -> bool {
        login.strip_suffix("[bot]").is_some_and(|slug| slug.eq_ignore_ascii_case(&self.slug))
    }
}

/// GitHub's API with our credentials. One connection pool serves all installations; each has a token of its own.
pub(super) struct Client {
    transport: Octocrab,
    key: AppKey,
    tokens: Tokens,
    identity: OnceCell<Identity>,
    bounds: RetryBounds,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("key", &self.key).field("bounds", &self.bounds).finish_non_exhaustive()
    }
}

impl Client {
    /// A client of the API at `api_url`. Nothing is sent yet.
    ///
    /// # Errors
    /// Where the URL isn't one, or there is no Tokio runtime.
    pub(super) fn new(api_url: &str, key: AppKey, bounds: RetryBounds) -> Result<Self, ForgeError> {
        let wrong = |message: String| ForgeError::Unexpected { what: "GitHub's API URL".to_owned(), message };
        // octocrab starts a task for its connections and would panic without a runtime.
        tokio::runtime::Handle::try_current().map_err(|error| wrong(error.to_string()))?;
        let api_url = api_url.trim().trim_end_matches('/');
        if !api_url.starts_with("https://") && !api_url.starts_with("http://") {
            return Err(wrong("it must begin with https:// (or http://)".to_owned()));
        }
        let transport = Octocrab::builder()
            .base_uri(api_url)
            .map_err(|_| wrong("it is not a URL".to_owned()))?
            // octocrab's own retry repeats a POST at once; ours looks first whether it was done.
            .add_retry_config(RetryConfig::None)
            .set_connect_timeout(Some(bounds.exchange))
            .set_read_timeout(Some(bounds.exchange))
            .set_write_timeout(Some(bounds.exchange))
            .add_header(USER_AGENT, concat!("jittest/", env!("CARGO_PKG_VERSION")).to_owned())
            .add_header(ACCEPT, "application/vnd.github+json".to_owned())
            .add_header(HeaderName::from_static(API_VERSION.0), API_VERSION.1.to_owned())
            .build()
            .map_err(|error| wrong(short(&error.to_string())))?;
        Ok(Self { transport, key, tokens: Tokens::default(), identity: OnceCell::new(), bounds })
    }

    /// The bounds of each call.
    pub(super) fn bounds(&self) -> &RetryBounds {
        &self.bounds
    }

    /// Milliseconds since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        self.bounds.clock.now_ms()
    }

    /// The App as GitHub knows it; asked once.
    pub(super) async fn identity(&self) -> Result<&Identity, ForgeError> {
        self.identity.get_or_try_init(|| self.as_app(Call::get("read the App", "/app"))).await
    }

    /// A token of the installation that lasts at least `left` more.
    pub(super) async fn token(&self, installation: u64, left: Duration) -> Result<Token, ForgeError> {
        let place = self.tokens.place(installation);
        let mut place = place.lock().await;
        if let Some(token) = place.as_ref().filter(|token| token.lasts(left, self.now_ms())) {
            return Ok(token.clone());
        }
        // A second token does no harm, so this POST may be repeated blindly.
        let path = format!("/app/installations/{installation}/access_tokens");
        let call = Call::post("ask for an installation's token", path, &serde_json::json!({}));
        let token = Token::try_from(self.as_app::<TokenAnswer>(call).await?)?;
        *place = Some(token.clone());
        Ok(token)
    }

    /// Makes a call as the App itself, and again within the bounds.
    async fn as_app<T: DeserializeOwned>(&self, call: Call) -> Result<T, ForgeError> {
        let mut tries = Tries::of(call.what, &self.bounds);
        loop {
            let jwt = self.key.jwt(self.now_ms())?;
            match self.exchange(&call, &jwt).await {
                Ok(answer) => return answer.read(call.what),
                Err(failure) => tries.after(failure).await?,
            }
        }
    }

    /// Makes a call once as an installation. A token that GitHub does not take any more is renewed once.
    pub(super) async fn once(&self, installation: u64, call: &Call) -> Result<Answer, Failure> {
        let token = self.token(installation, TOKEN_LEFT).await?;
        match self.exchange(call, &token.secret).await {
            Err(failure) if failure.is(StatusCode::UNAUTHORIZED) => {
                self.forget(installation, &token).await;
                let token = self.token(installation, TOKEN_LEFT).await?;
                self.exchange(call, &token.secret).await
            }
            other => other,
        }
    }

    /// Makes a call that does no harm when it is done twice, and again within the bounds.
    pub(super) async fn repeat(&self, installation: u64, call: &Call) -> Result<Answer, Failure> {
        let mut tries = Tries::of(call.what, &self.bounds);
        loop {
            match self.once(installation, call).await {
                Err(failure @ (Failure::Unsure { .. } | Failure::Limited(_))) => tries.after(failure).await?,
                other => return other,
            }
        }
    }

    /// Forgets a token that was refused, unless another call has renewed it already.
    async fn forget(&self, installation: u64, refused: &Token) {
        let place = self.tokens.place(installation);
        let mut place = place.lock().await;
        let same = |token: &Token| token.secret.expose_secret() == refused.secret.expose_secret();
        if place.as_ref().is_some_and(same) {
            *place = None;
        }
    }

    async fn exchange(&self, call: &Call, credentials: &SecretString) -> Result<Answer, Failure> {
        let request = request(call, credentials)
            .map_err(|message| Failure::Known(ForgeError::Unexpected { what: call.what.to_owned(), message }))?;
        let whole = async {
            let response = self.transport.execute(request).await.map_err(|error| Failure::unsure(chain(&error)))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, limits::FORGE_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| Failure::unsure(chain(error.as_ref())))?;
            Ok::<_, Failure>((parts, body.to_bytes()))
        };
        let late = |_| Failure::unsure(anyhow::anyhow!("no answer within {} s", self.bounds.exchange.as_secs_f32()));
        let (parts, body) = tokio::time::timeout(self.bounds.exchange, whole).await.map_err(late)??;
        if parts.status.is_success() {
            return Ok(Answer { headers: parts.headers, body });
        }
        let message = message_of(parts.status, &body);
        if parts.status.is_server_error() {
            let source = anyhow::anyhow!("it answered {}: {message}", parts.status.as_u16());
            return Err(Failure::Unsure { source, wait: retry_after(&parts.headers) });
        }
        Err(match limit_of(parts.status, &parts.headers, &message) {
            Some(limit) => Failure::Limited(limit),
            None => Failure::Refused { status: parts.status, message },
        })
    }
}

fn request(call: &Call, credentials: &SecretString) -> Result<Request<String>, String> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", credentials.expose_secret()))
        .map_err(|_| "the token has characters that no header takes".to_owned())?;
    bearer.set_sensitive(true);
    Request::builder()
        .method(call.method.clone())
        .uri(call.path.as_str())
        .header(AUTHORIZATION, bearer)
        .header(CONTENT_TYPE, "application/json")
        .body(call.body.clone().unwrap_or_default())
        .map_err(|error| error.to_string())
}

/// GitHub's own words in an answer that is no success: its message and those of its first errors.
fn message_of(status: StatusCode, body: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return status.canonical_reason().unwrap_or("an error").to_owned();
    };
    let mut words = vec![value["message"].as_str().unwrap_or_default().to_owned()];
    for error in value["errors"].as_array().into_iter().flatten().take(3) {
        words.extend(error.as_str().or(error["message"].as_str()).map(ToOwned::to_owned));
    }
    words.retain(|word| !word.is_empty());
    short(&words.join("; "))
}

/// On one line, and not too long.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MESSAGE_CHARS).collect()
}

/// An error and its sources in words: octocrab's own type would carry a backtrace into the message.
fn chain(error: &(dyn std::error::Error + 'static)) -> anyhow::Error {
    let mut words = vec![short(&error.to_string())];
    let mut next = error.source();
    while let Some(source) = next {
        let text = short(&source.to_string());
        if !words.iter().any(|word| word.contains(&text)) {
            words.push(text);
        }
        next = source.source();
    }
    anyhow::anyhow!(words.join(": "))
}
