//! One REST request as a handler sees it, and what it answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::auth::Actor;
use super::git;
use super::record::{CheckRun, Pull};
use super::state::{Repo, State};

/// Where GitHub documents its errors.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// What goes back.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
    /// What the caller did wrong, in words, where it is a mistake that a story must not let pass.
    pub(super) violation: Option<String>,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub(super) enum Body {
    Json(Value),
    /// Bytes of a media type.
    Raw(String, Vec<u8>),
}

/// Both arms are answers: `?` ends a handler with a refusal.
pub(super) type Outcome = Result<Answer, Answer>;

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(body), violation: None }
    }

    pub(super) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }

    pub(super) fn created(body: Value) -> Self {
        Self::json(201, body)
    }

    /// An error in GitHub's form.
    pub(super) fn refused(status: u16, message: &str) -> Self {
        Self::json(
            status,
            json!({"message": message, "documentation_url": DOCUMENTATION, "status": status.to_string()}),
        )
    }

    /// The same, and a mistake of the caller.
    pub(super) fn violation(status: u16, message: &str) -> Self {
        Self { violation: Some(message.to_owned()), ..Self::refused(status, message) }
    }

    /// 422 for a body that lacks something, or has what it must not have.
    pub(super) fn invalid(what: &str) -> Self {
        Self::violation(422, &format!("Invalid request.\n\n{what}"))
    }

    /// 422 for a value that GitHub's own validation refuses.
    pub(super) fn unprocessable(resource: &str, field: &str, message: &str) -> Self {
        let mut answer = Self::violation(422, "Validation Failed");
        if let Body::Json(body) = &mut answer.body {
            body["errors"] = json!([{"resource": resource, "field": field, "code": "custom", "message": message}]);
        }
        answer.violation = Some(format!("{resource}.{field}: {message}"));
        answer
    }

    pub(super) fn not_found() -> Self {
        Self::refused(404, "Not Found")
    }
}

/// What git2 can't do is a mistake of the stand-in, or of the story that scripted it: said, not hidden.
impl From<git2::Error> for Answer {
    fn from(error: git2::Error) -> Self {
        Self::violation(500, &format!("git failed: {error}"))
    }
}

/// One REST request.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) params: BTreeMap<&'static str, String>,
    pub(super) query: BTreeMap<String, String>,
    pub(super) body: Value,
    pub(super) accept: String,
    pub(super) actor: Actor,
    /// Its path, for `Link`.
    pub(super) path: String,
}

impl Call<'_> {
    /// A part of the path.
    pub(super) fn param(&self, name: &str) -> &str {
        self.params.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A number in the path; what isn't one is not found.
    pub(super) fn number(&self, name: &str) -> Result<u64, Answer> {
        self.param(name).parse().map_err(|_| Answer::not_found())
    }

    /// A text in the body.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.body.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// The repository that the path names, as a place in the state.
    pub(super) fn at(&self) -> Result<usize, Answer> {
        self.state.find(&format!("{}/{}", self.param("owner"), self.param("repo"))).ok_or_else(Answer::not_found)
    }

    pub(super) fn repo(&self) -> Result<&Repo, Answer> {
        self.at().map(|at| &self.state.repositories[at])
    }

    pub(super) fn repo_mut(&mut self) -> Result<&mut Repo, Answer> {
        let at = self.at()?;
        Ok(&mut self.state.repositories[at])
    }

    /// The pull request whose number stands in the path under `name`.
    pub(super) fn pull(&self, name: &str) -> Result<&Pull, Answer> {
        self.repo()?.pull(self.number(name)?).ok_or_else(Answer::not_found)
    }

    pub(super) fn check_run(&self) -> Result<&CheckRun, Answer> {
        self.repo()?.check_run(self.number("check_run_id")?).ok_or_else(Answer::not_found)
    }

    /// The commit that a name means in this repository.
    pub(super) fn commit(&self, name: &str) -> Result<git2::Oid, Answer> {
        git::resolve(&self.repo()?.git()?, name)
            .map_err(|_| Answer::refused(422, &format!("No commit found for SHA: {name}")))
    }

    /// Who acts: the App's own user.
    pub(super) fn login(&self) -> String {
        self.state.app.bot()
    }

    /// One page of a list.
    pub(super) fn paged(&self, items: Vec<Value>) -> Answer {
        let (items, link) = self.page(items, 30);
        Answer { headers: link, ..Answer::ok(Value::Array(items)) }
    }

    /// One page of a list that stands under a name, beside its count.
    pub(super) fn counted(&self, name: &str, items: Vec<Value>) -> Answer {
        let count = items.len();
        let (items, link) = self.page(items, 30);
        Answer { headers: link, ..Answer::ok(json!({"total_count": count, name: items})) }
    }

    /// One page of `items`, `usual` of them where the query doesn't say (GitHub gives at most 100 to who asks), and
    /// the `Link` header to the others.
    pub(super) fn page<T>(&self, items: Vec<T>, usual: usize) -> (Vec<T>, Vec<(String, String)>) {
        let asked = |name: &str| self.query.get(name).and_then(|text| text.parse::<usize>().ok());
        let size = asked("per_page").map_or(usual, |size| size.clamp(1, 100));
        let page = asked("page").unwrap_or(1).max(1);
        let last = items.len().div_ceil(size).max(1);
        let mut links = Vec::new();
        if page < last {
            links.push(self.link(page + 1, "next"));
            links.push(self.link(last, "last"));
        }
        if page > 1 {
            links.push(self.link(1, "first"));
            links.push(self.link(page - 1, "prev"));
        }
        let shown = items.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect();
        let link = if links.is_empty() { Vec::new() } else { vec![("link".to_owned(), links.join(", "))] };
        (shown, link)
    }

    fn link(&self, page: usize, relation: &str) -> String {
        let mut url = format!("{}{}?", self.state.api_url(), self.path);
        for (name, value) in self.query.iter().filter(|(name, _)| *name != "page") {
            url.push_str(&format!("{}={}&", quoted(name), quoted(value)));
        }
        format!("<{url}page={page}>; rel=\"{relation}\"")
    }
}

/// A text as it may stand in a URL's query.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
