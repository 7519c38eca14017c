//! Who we are: the App's key, and the tokens of its installations.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::forge::ForgeError;

/// How long before its end a token is not used any more.
pub(super) const TOKEN_LEFT: Duration = Duration::from_secs(60);
/// GitHub takes at most ten minutes; the clocks may differ by one.
const JWT_SECONDS: i64 = 9 * 60;
const CLOCK_SKEW_SECONDS: i64 = 60;

/// The App's own credentials.
pub(super) struct AppKey {
    app_id: String,
    key: EncodingKey,
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppKey").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
}

impl AppKey {
    /// The key in `pem`, PKCS#1 or PKCS#8, of the App with this id or client id.
    ///
    /// # Errors
    /// [`ForgeError::Unauthorized`] that says what is wrong, and never shows the key.
    pub(super) fn parse(app_id: &str, pem: &SecretString) -> Result<Self, ForgeError> {
        let app_id = app_id.trim();
        if app_id.is_empty() {
            return Err(wrong("the App's id is empty"));
        }
        let text = pem.expose_secret().trim();
        let key = EncodingKey::from_rsa_pem(text.as_bytes()).map_err(|_| wrong(what_is_wrong_with(text)))?;
        Ok(Self { app_id: app_id.to_owned(), key })
    }

    /// A fresh JSON Web Token, for calls as the App itself.
    pub(super) fn jwt(&self, now_ms: i64) -> Result<SecretString, ForgeError> {
        let now = now_ms / 1000;
        let claims = Claims { iss: &self.app_id, iat: now - CLOCK_SKEW_SECONDS, exp: now + JWT_SECONDS };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map(SecretString::from)
            .map_err(|_| wrong("the App's private key can't sign"))
    }
}

fn wrong(message: &str) -> ForgeError {
    ForgeError::Unauthorized { what: "the App's credentials".to_owned(), message: message.to_owned() }
}

fn what_is_wrong_with(pem: &str) -> &'static str {
    if pem.is_empty() {
        "the App's private key is empty"
    } else if pem.contains("\\n") {
        "the App's private key has the two characters \\n where its lines should end: give it with real line ends, or as a file"
    } else if pem.contains("PUBLIC KEY") {
        "the App's private key is a public key"
    } else if !pem.starts_with("-----BEGIN") {
        "the App's private key is not PEM: it begins with -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----"
    } else {
        "the App's private key is not a complete RSA key in PEM (PKCS#1 or PKCS#8)"
    }
}

/// An installation's token.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) secret: SecretString,
    pub(super) ends_ms: i64,
}

impl Token {
    /// Whether it is good for at least `left` more.
    pub(super) fn lasts(&self, left: Duration, now_ms: i64) -> bool {
        self.ends_ms - now_ms >= i64::try_from(left.as_millis()).unwrap_or(i64::MAX)
    }
}

/// GitHub's answer to a request for a token. It is never printed: no `Debug`.
#[derive(Deserialize)]
pub(super) struct TokenAnswer {
    token: String,
    expires_at: String,
}

impl TryFrom<TokenAnswer> for Token {
    type Error = ForgeError;

    fn try_from(answer: TokenAnswer) -> Result<Self, ForgeError> {
        let ends: jiff::Timestamp = answer.expires_at.parse().map_err(|_| ForgeError::Unexpected {
            what: "ask for an installation's token".to_owned(),
            message: "the token's end is no time".to_owned(),
        })?;
        Ok(Self { secret: SecretString::from(answer.token), ends_ms: ends.as_millisecond() })
    }
}

/// One place for each installation's token. Whoever finds it empty asks GitHub while the others wait for that answer.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<HashMap<u64, Arc<tokio::sync::Mutex<Option<Token>>>>>);

impl Tokens {
    /// The place of an installation's token.
    pub(super) fn place(&self, installation: u64) -> Arc<tokio::sync::Mutex<Option<Token>>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(installation).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(pem: &str) -> String {
        AppKey::parse("1", &SecretString::from(pem)).unwrap_err().to_string()
    }

    #[test]
    fn a_key_with_escaped_line_ends_is_explained() {
        let said = message("-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY-----");
        assert!(said.contains("two characters \\n"), "{said}");
        assert!(!said.contains("MIIE"), "{said}");
    }

    #[test]
    fn other_broken_keys_are_told_apart() {
        assert!(message("  ").contains("is empty"));
        assert!(message("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----").contains("public key"));
        assert!(message("/etc/key.pem").contains("not PEM"));
        assert!(message("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----").contains("complete"));
    }
}
