//! One repository, as an installation reaches it.

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::address;
use super::client::{Answer, Call, Client, Failure, Identity, PER_PAGE};
use super::retry::Tries;
use crate::domain::Subject;
use crate::forge::ForgeError;

/// Pages of one list that are read before we say that it is too long.
const PAGES: usize = 50;

/// One repository, as an installation reaches it.
pub(super) struct Repo<'a> {
    client: &'a Client,
    installation: u64,
    prefix: String,
}

/// A user, of whom only the name matters.
#[derive(Debug, Deserialize)]
pub(super) struct Login {
    pub(super) login: String,
}

/// A page that is the list itself.
#[derive(Deserialize)]
#[serde(transparent)]
struct Plain<T>(Vec<T>);

impl<T> IntoIterator for Plain<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> Repo<'a> {
    /// The repository of `subject`.
    pub(super) fn of(client: &'a Client, subject: &Subject) -> Self {
        let prefix = format!("/repos/{}/{}", address::part(&subject.owner), address::part(&subject.name));
        Self { client, installation: subject.installation, prefix }
    }

    /// Another repository, reached by the same installation: `owner/name`.
    pub(super) fn other(&self, full_name: &str) -> Self {
        let (owner, name) = full_name.split_once('/').unwrap_or((full_name, ""));
        let prefix = format!("/repos/{}/{}", address::part(owner), address::part(name));
        Self { client: self.client, installation: self.installation, prefix }
    }

    /// The address of `rest` in this repository.
    pub(super) fn at(&self, rest: &str) -> String {
        format!("{}/{rest}", self.prefix)
    }

    /// The App as GitHub knows it.
    pub(super) async fn identity(&self) -> Result<&Identity, ForgeError> {
        self.client.identity().await
    }

    /// Milliseconds since 1970.
    pub(super) fn now_ms(&self) -> i64 {
        self.client.now_ms()
    }

    /// The tries of something that must not be done twice, for [`Repo::once`].
    pub(super) fn tries(&self, what: &'static str) -> Tries<'a> {
        Tries::of(what, self.client.bounds())
    }

    /// Makes a call once.
    pub(super) async fn once(&self, call: &Call) -> Result<Answer, Failure> {
        self.client.once(self.installation, call).await
    }

    /// Makes a call that does no harm when it is done twice; a refusal is left to the caller.
    pub(super) async fn repeat(&self, call: &Call) -> Result<Answer, Failure> {
        self.client.repeat(self.installation, call).await
    }

    /// Makes a call that does no harm when it is done twice, and reads its answer.
    pub(super) async fn read<T: DeserializeOwned>(&self, call: Call) -> Result<T, ForgeError> {
        self.repeat(&call).await.map_err(|failure| failure.named(call.what))?.read(call.what)
    }

    /// As [`Repo::read`]; `None` where it isn't there.
    pub(super) async fn find<T: DeserializeOwned>(&self, call: Call) -> Result<Option<T>, ForgeError> {
        match self.repeat(&call).await {
            Ok(answer) => answer.read(call.what).map(Some),
            Err(failure) if failure.is(StatusCode::NOT_FOUND) => Ok(None),
            Err(failure) => Err(failure.named(call.what)),
        }
    }

    /// All items of a list, page by page.
    pub(super) async fn list<T: DeserializeOwned>(&self, what: &'static str, rest: &str) -> Result<Vec<T>, ForgeError> {
        let (items, complete) = self.pages::<Plain<T>>(what, rest, PAGES).await?;
        if complete { Ok(items) } else { Err(too_long(what)) }
    }

    /// The first pages of a list, at most `most`, and whether these were all. `P` is one page.
    pub(super) async fn pages<P>(
        &self,
        what: &'static str,
        rest: &str,
        most: usize,
    ) -> Result<(Vec<P::Item>, bool), ForgeError>
    where
        P: DeserializeOwned + IntoIterator,
    {
        let mut items = Vec::new();
        let joint = if rest.contains('?') { '&' } else { '?' };
        for page in 1..=most {
            let path = self.at(&format!("{rest}{joint}per_page={PER_PAGE}&page={page}"));
            let answer = self.repeat(&Call::get(what, path)).await.map_err(|failure| failure.named(what))?;
            let before = items.len();
            items.extend(answer.read::<P>(what)?);
            if !answer.is_followed(items.len() - before) {
                return Ok((items, true));
            }
        }
        Ok((items, false))
    }

    /// The first pages of a plain list, at most `most`.
    pub(super) async fn first<T: DeserializeOwned>(
        &self,
        what: &'static str,
        rest: &str,
        most: usize,
    ) -> Result<Vec<T>, ForgeError> {
        Ok(self.pages::<Plain<T>>(what, rest, most).await?.0)
    }
}

/// A list of which we can't see the end can't tell us that something isn't in it.
pub(super) fn too_long(what: &str) -> ForgeError {
    let message = format!("the list is longer than {} items", PAGES * PER_PAGE);
    ForgeError::Unexpected { what: what.to_owned(), message }
}

/// Pages that are read of lists that must be complete.
pub(super) const ALL_PAGES: usize = PAGES;
