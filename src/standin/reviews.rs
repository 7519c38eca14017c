//! Reviews and their comments on lines of the diff.

use git2::Oid;
use serde_json::Value;

use super::auth::Access;
use super::body::{Field, Kind, may, must};
use super::call::{Answer, Call, Outcome};
use super::git::{self, FileDiff};
use super::pulls::{check_body, range};
use super::record::{Review, ReviewComment};
use super::render;
use super::route::{Route, get, send};
use super::state::{Repo, State};

const READ: Access = Access::Installation("pull_requests:read");
const WRITE: Access = Access::Installation("pull_requests:write");
const PAGES: &[&str] = &["per_page", "page"];
const LIST: &[&str] = &["sort", "direction", "since", "per_page", "page"];

pub(super) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", READ, PAGES, reviews),
    send("POST", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", WRITE, REVIEW, create),
    send("PUT", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", WRITE, TEXT, update_review),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/comments", READ, LIST, comments),
    send("POST", "/repos/{owner}/{repo}/pulls/{pull_number}/comments", WRITE, COMMENT, comment),
    get("/repos/{owner}/{repo}/pulls/comments/{comment_id}", READ, &[], |call| {
        let comment = find(call)?;
        Ok(Answer::ok(render(call.state, call.repo()?, comment)?))
    }),
    send("PATCH", "/repos/{owner}/{repo}/pulls/comments/{comment_id}", WRITE, TEXT, update),
];

const SIDE: Kind = Kind::OneOf(&["LEFT", "RIGHT"]);
const TEXT: &[Field] = &[must("body", Kind::Text)];
const REVIEW: &[Field] = &[
    may("commit_id", Kind::Sha),
    may("body", Kind::Text),
    may("event", Kind::OneOf(&["APPROVE", "REQUEST_CHANGES", "COMMENT"])),
    may("comments", Kind::List(1_000, &Kind::Object(DRAFT))),
];
const DRAFT: &[Field] = &[
    must("path", Kind::Text),
    must("body", Kind::Text),
    may("position", Kind::Integer),
    may("line", Kind::Integer),
    may("side", SIDE),
    may("start_line", Kind::Integer),
    may("start_side", SIDE),
];
const COMMENT: &[Field] = &[
    must("body", Kind::Text),
    must("commit_id", Kind::Sha),
    must("path", Kind::Text),
    may("position", Kind::Integer),
    may("side", SIDE),
    may("line", Kind::Integer),
    may("start_line", Kind::Integer),
    may("start_side", SIDE),
    may("in_reply_to", Kind::Integer),
    may("subject_type", Kind::OneOf(&["line", "file"])),
];

/// 422 for a comment that can't stand where it is to stand.
fn off_the_diff(message: &str) -> Answer {
    let mut answer = Answer::violation(422, "Unprocessable Entity");
    if let super::call::Body::Json(body) = &mut answer.body {
        body["errors"] = serde_json::json!([message]);
    }
    answer.violation = Some(message.to_owned());
    answer
}

fn reviews(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let number = call.pull("pull_number")?.number;
    let meant = repo.reviews.iter().filter(|review| review.pull == number);
    Ok(call.paged(meant.map(|review| render::review(call.state, repo, review)).collect()))
}

/// The diff that a comment on `commit` is to stand in. It must be a commit of the pull request.
fn diff_at(call: &Call<'_>, commit: &str) -> Result<Vec<FileDiff>, Answer> {
    let repo = call.repo()?;
    let git = repo.git()?;
    let (base, head) = range(repo, call.pull("pull_number")?)?;
    let commit = Oid::from_str(commit)?;
    if !git::between(&git, base, head)?.contains(&commit) {
        return Err(off_the_diff("commit_id is not part of the pull request"));
    }
    Ok(git::diff(&git, base, commit)?)
}

fn create(call: &mut Call<'_>) -> Outcome {
    let pull = call.pull("pull_number")?.clone();
    let commit = call.text("commit_id").unwrap_or_else(|| pull.head_sha.clone());
    let body = call.text("body").unwrap_or_default();
    check_body("PullRequestReview", &body)?;
    let drafts = call.body.get("comments").and_then(Value::as_array).cloned().unwrap_or_default();
    let state = match call.text("event").as_deref() {
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some(_) => "COMMENTED",
        None => "PENDING",
    };
    if matches!(state, "COMMENTED" | "CHANGES_REQUESTED") && body.is_empty() && drafts.is_empty() {
        return Err(Answer::unprocessable("PullRequestReview", "body", "body can't be blank"));
    }
    let diff = diff_at(call, &commit)?;
    let (now, id, author) = (call.state.now(), call.state.next_id(), call.login());
    let mut made = Vec::new();
    for draft in &drafts {
        let blank = blank_comment(call.state.next_id(), id, &pull.number, &author, &now, &commit);
        made.push(placed(&diff, draft, blank)?);
    }
    let submitted_at = now;
    let review =
        Review { id, pull: pull.number, author, body, state: state.to_owned(), commit_id: commit, submitted_at };
    let repo = call.repo_mut()?;
    repo.reviews.push(review.clone());
    repo.review_comments.extend(made);
    Ok(Answer::ok(render::review(call.state, call.repo()?, &review)))
}

fn blank_comment(id: u64, review: u64, pull: &u64, author: &str, now: &str, commit: &str) -> ReviewComment {
    ReviewComment {
        id,
        review,
        pull: *pull,
        author: author.to_owned(),
        path: String::new(),
        side: "RIGHT".to_owned(),
        start_line: None,
        line: 0,
        position: 0,
        diff_hunk: String::new(),
        body: String::new(),
        commit_id: commit.to_owned(),
        in_reply_to: None,
        created_at: now.to_owned(),
        updated_at: now.to_owned(),
    }
}

/// A drafted comment at its place in the diff.
fn placed(diff: &[FileDiff], draft: &Value, mut comment: ReviewComment) -> Result<ReviewComment, Answer> {
    let text = |name: &str| draft.get(name).and_then(Value::as_str);
    let number = |name: &str| draft.get(name).and_then(Value::as_u64);
    comment.body = text("body").unwrap_or_default().to_owned();
    check_body("PullRequestReviewComment", &comment.body)?;
    if comment.body.trim().is_empty() {
        return Err(Answer::unprocessable("PullRequestReviewComment", "body", "body can't be blank"));
    }
    comment.path = text("path").unwrap_or_default().to_owned();
    comment.side = text("side").unwrap_or("RIGHT").to_owned();
    let file = diff
        .iter()
        .find(|file| file.path == comment.path)
        .ok_or_else(|| off_the_diff("Pull request review thread path is invalid"))?;
    let left = comment.side == "LEFT";
    let at = |line: &git::DiffLine| u64::from(if left { line.old } else { line.new }.unwrap_or_default());
    let outside = || {
        off_the_diff(
            "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank",
        )
    };
    let found = match (number("line"), number("position")) {
        (Some(line), _) => file.lines.iter().find(|one| at(one) == line && line > 0),
        (None, Some(position)) => file.lines.iter().find(|one| one.position == position),
        (None, None) => None,
    };
    let line = found.ok_or_else(outside)?;
    comment.line = at(line);
    comment.position = line.position;
    if let Some(start) = number("start_line") {
        let first = file.lines.iter().find(|one| at(one) == start && one.hunk == line.hunk);
        if start >= comment.line || first.is_none() {
            return Err(off_the_diff("Pull request review thread start line must precede the end line"));
        }
        comment.start_line = Some(start);
    }
    let above = file.lines.iter().filter(|one| one.hunk == line.hunk && one.position <= line.position);
    comment.diff_hunk = above.map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n");
    Ok(comment)
}

fn comment(call: &mut Call<'_>) -> Outcome {
    let pull = call.pull("pull_number")?.clone();
    let commit = call.text("commit_id").unwrap_or_default();
    let (now, id, review, author) = (call.state.now(), call.state.next_id(), call.state.next_id(), call.login());
    let blank = blank_comment(id, review, &pull.number, &author, &now, &commit);
    let made = match call.body.get("in_reply_to").and_then(Value::as_u64) {
        Some(first) => {
            let first = call.repo()?.review_comments.iter().find(|one| one.id == first);
            let first = first.ok_or_else(Answer::not_found)?.clone();
            let body = call.text("body").unwrap_or_default();
            ReviewComment {
                id,
                author: author.clone(),
                body,
                in_reply_to: Some(first.id),
                created_at: now.clone(),
                updated_at: now.clone(),
                ..first
            }
        }
        None => placed(&diff_at(call, &commit)?, &call.body, blank)?,
    };
    let kept = Review {
        id: review,
        pull: pull.number,
        author,
        body: String::new(),
        state: "COMMENTED".to_owned(),
        commit_id: commit,
        submitted_at: now,
    };
    let repo = call.repo_mut()?;
    repo.reviews.push(kept);
    repo.review_comments.push(made.clone());
    Ok(Answer::created(render(call.state, call.repo()?, &made)?))
}

/// A comment as it stands now: outdated where the diff has its line no more.
fn render(state: &State, repo: &Repo, comment: &ReviewComment) -> Result<Value, Answer> {
    let pull = repo.pull(comment.pull).ok_or_else(Answer::not_found)?;
    let shown = comment.commit_id == pull.head_sha || {
        let (base, head) = range(repo, pull)?;
        let diff = git::diff(&repo.git()?, base, head)?;
        let text = comment.diff_hunk.lines().last().unwrap_or_default();
        diff.iter().any(|file| file.path == comment.path && file.lines.iter().any(|line| line.text == text))
    };
    Ok(render::review_comment(state, repo, comment, shown))
}

fn comments(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let number = call.pull("pull_number")?.number;
    let meant = repo.review_comments.iter().filter(|comment| comment.pull == number);
    let shown: Result<Vec<_>, _> = meant.map(|comment| render(call.state, repo, comment)).collect();
    Ok(call.paged(shown?))
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a ReviewComment, Answer> {
    let id = call.number("comment_id")?;
    call.repo()?.review_comments.iter().find(|comment| comment.id == id).ok_or_else(Answer::not_found)
}

/// An App may change what it wrote itself.
pub(super) fn own(author: &str, login: &str) -> Result<(), Answer> {
    if author == login { Ok(()) } else { Err(Answer::violation(403, "Resource not accessible by integration")) }
}

fn update(call: &mut Call<'_>) -> Outcome {
    let (id, login, now) = (find(call)?.id, call.login(), call.state.now());
    own(&find(call)?.author, &login)?;
    let body = call.text("body").unwrap_or_default();
    check_body("PullRequestReviewComment", &body)?;
    let repo = call.repo_mut()?;
    for comment in repo.review_comments.iter_mut().filter(|comment| comment.id == id) {
        comment.body.clone_from(&body);
        comment.updated_at.clone_from(&now);
    }
    Ok(Answer::ok(render(call.state, call.repo()?, find(call)?)?))
}

fn update_review(call: &mut Call<'_>) -> Outcome {
    let (id, number, login) = (call.number("review_id")?, call.pull("pull_number")?.number, call.login());
    let body = call.text("body").unwrap_or_default();
    check_body("PullRequestReview", &body)?;
    let repo = call.repo_mut()?;
    let review = repo.reviews.iter_mut().find(|review| review.id == id && review.pull == number);
    let review = review.ok_or_else(Answer::not_found)?;
    own(&review.author, &login)?;
    review.body = body;
    let review = review.clone();
    Ok(Answer::ok(render::review(call.state, call.repo()?, &review)))
}
