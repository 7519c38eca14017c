//! Who asks: the App by its JWT, or an installation by its token.

use anyhow::Context;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::call::Answer;
use super::state::{Repo, State};

/// GitHub's bound on a JWT's life, in seconds.
const JWT_SECONDS: i64 = 600;
/// How far clocks may be apart, in seconds.
const DRIFT: i64 = 60;

/// A throwaway RSA key pair, made on the spot.
pub(super) struct Key {
    /// PKCS#8, as PEM.
    pub(super) private_pem: String,
    /// PKCS#1.
    public_der: Vec<u8>,
}

impl Key {
    /// A new pair of 2,048 bits.
    pub(super) fn generate() -> anyhow::Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).context("no RSA key could be made")?;
        let private: Pkcs8V1Der<'_> = pair.as_der().context("the RSA key could not be written")?;
        let text = STANDARD.encode(private.as_ref());
        let mut private_pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
        for line in text.as_bytes().chunks(64) {
            private_pem.push_str(&String::from_utf8_lossy(line));
            private_pem.push('\n');
        }
        private_pem.push_str("-----END PRIVATE KEY-----\n");
        Ok(Self { private_pem, public_der: pair.public_key().as_ref().to_vec() })
    }
}

/// An installation's token. It is kept in memory only, and shown nowhere.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) secret: String,
    /// Seconds since 1970, by the real clock.
    pub(super) expires: i64,
    /// The names of the repositories that it is for; `None` for all of the installation.
    pub(super) repositories: Option<Vec<String>>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Token").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(super) enum Actor {
    /// Nobody whom we know.
    Nobody,
    /// The App itself.
    App,
    /// The App's installation, by a token.
    Installation(Token),
}

/// What a route asks of who calls it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    /// A JWT.
    App,
    /// Either of the two.
    Any,
    /// A token with one of these permissions, such as `issues:write|pull_requests:write`.
    Installation(&'static str),
}

/// Who sent an `Authorization` header.
///
/// # Errors
/// 401 in GitHub's form.
pub(super) fn actor(state: &State, key: &Key, header: Option<&str>) -> Result<Actor, Answer> {
    let Some(header) = header else { return Ok(Actor::Nobody) };
    let secret = match header.split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token") => {
            secret.to_owned()
        }
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => password(pair)?,
        _ => return Err(Answer::violation(401, "Bad credentials")),
    };
    if secret.split('.').count() == 3 {
        return jwt(state, key, &secret).map(|()| Actor::App);
    }
    let now = Timestamp::now().as_second();
    let token = state.tokens.iter().find(|token| token.secret == secret && token.expires > now);
    token.cloned().map(Actor::Installation).ok_or_else(|| Answer::refused(401, "Bad credentials"))
}

fn password(pair: &str) -> Result<String, Answer> {
    let wrong = || Answer::refused(401, "Bad credentials");
    let bytes = STANDARD.decode(pair).map_err(|_| wrong())?;
    let text = String::from_utf8(bytes).map_err(|_| wrong())?;
    text.split_once(':').map(|(_, secret)| secret.to_owned()).ok_or_else(wrong)
}

fn jwt(state: &State, key: &Key, text: &str) -> Result<(), Answer> {
    let mut rules = Validation::new(Algorithm::RS256);
    rules.validate_aud = false;
    let claims = jsonwebtoken::decode::<Value>(text, &DecodingKey::from_rsa_der(&key.public_der), &rules)
        .map_err(|_| Answer::violation(401, "A JSON web token could not be decoded"))?
        .claims;
    let now = Timestamp::now().as_second();
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let Some(issued) = seconds("iat") else {
        return Err(Answer::violation(401, "Missing 'issued at' claim ('iat') in assertion"));
    };
    if issued > now + DRIFT {
        return Err(Answer::violation(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
        ));
    }
    if seconds("exp").is_none_or(|end| end > now + JWT_SECONDS) {
        return Err(Answer::violation(401, "'Expiration time' claim ('exp') is too far in the future"));
    }
    let issuer = claims.get("iss").map(|issuer| issuer.as_str().map_or_else(|| issuer.to_string(), str::to_owned));
    if !issuer.is_some_and(|issuer| issuer == state.app.id.to_string() || issuer == state.app.client_id) {
        return Err(Answer::violation(401, "'Issuer' claim ('iss') must be an Integer"));
    }
    Ok(())
}

/// Whether `actor` may use a route, on `repo` where it names one.
///
/// # Errors
/// 401, 403 or 404 in GitHub's form.
pub(super) fn allow(state: &State, actor: &Actor, access: Access, repo: Option<&Repo>) -> Result<(), Answer> {
    match (access, actor) {
        (_, Actor::Nobody) => Err(Answer::violation(401, "Requires authentication")),
        (Access::App | Access::Any, Actor::App) | (Access::Any, Actor::Installation(_)) => Ok(()),
        (Access::App, Actor::Installation(_)) => Err(Answer::violation(401, "A JSON web token could not be decoded")),
        (Access::Installation(_), Actor::App) => Err(Answer::violation(403, "Resource not accessible by integration")),
        (Access::Installation(needs), Actor::Installation(token)) => {
            if let Some(repo) = repo {
                reach(token, repo, needs)?;
            }
            let granted = |need: &str| need.split_once(':').is_some_and(|(name, level)| has(state, name, level));
            if needs.split('|').any(granted) {
                return Ok(());
            }
            Err(Answer::violation(403, "Resource not accessible by integration"))
        }
    }
}

/// Whether the App was given a permission.
fn has(state: &State, name: &str, level: &str) -> bool {
    state.app.permissions.get(name).is_some_and(|granted| granted == level || granted == "write")
}

/// Whether a token reaches a repository: one that the App is installed on, or to read a public one.
pub(super) fn reach(token: &Token, repo: &Repo, needs: &str) -> Result<(), Answer> {
    let chosen = token.repositories.as_ref().is_none_or(|names| names.contains(&repo.name));
    if repo.installed && chosen {
        return Ok(());
    }
    if repo.private {
        return Err(Answer::not_found());
    }
    if needs.ends_with(":read") {
        return Ok(());
    }
    Err(Answer::refused(403, "Resource not accessible by integration"))
}
