//! Comments in a pull request's conversation, and reactions on them.

use super::auth::Access;
use super::body::{Field, Kind, must};
use super::call::{Answer, Call, Outcome};
use super::pulls::check_body;
use super::record::{IssueComment, Reaction};
use super::render;
use super::reviews::own;
use super::route::{Route, get, send};

/// On a pull request either permission does.
const READ: Access = Access::Installation("issues:read|pull_requests:read");
const WRITE: Access = Access::Installation("issues:write|pull_requests:write");
const LIST: &[&str] = &["since", "per_page", "page"];

pub(super) const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/issues/{issue_number}/comments", READ, LIST, list),
    send("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments", WRITE, TEXT, create),
    get("/repos/{owner}/{repo}/issues/comments/{comment_id}", READ, &[], |call| {
        Ok(Answer::ok(render::issue_comment(call.state, call.repo()?, find(call)?)))
    }),
    send("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}", WRITE, TEXT, update),
    get(
        "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
        READ,
        &["content", "per_page", "page"],
        reactions,
    ),
    send("POST", "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", WRITE, REACTION, react),
];

const TEXT: &[Field] = &[must("body", Kind::Text)];
const REACTION: &[Field] =
    &[must("content", Kind::OneOf(&["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]))];

fn find<'a>(call: &'a Call<'_>) -> Result<&'a IssueComment, Answer> {
    let id = call.number("comment_id")?;
    call.repo()?.issue_comments.iter().find(|comment| comment.id == id).ok_or_else(Answer::not_found)
}

fn find_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut IssueComment, Answer> {
    let id = call.number("comment_id")?;
    call.repo_mut()?.issue_comments.iter_mut().find(|comment| comment.id == id).ok_or_else(Answer::not_found)
}

fn list(call: &mut Call<'_>) -> Outcome {
    let repo = call.repo()?;
    let number = call.pull("issue_number")?.number;
    let since = call.query.get("since").cloned().unwrap_or_default();
    let meant = repo.issue_comments.iter().filter(|comment| comment.pull == number && comment.updated_at >= since);
    Ok(call.paged(meant.map(|comment| render::issue_comment(call.state, repo, comment)).collect()))
}

/// A text that may be a comment.
fn body(call: &Call<'_>) -> Result<String, Answer> {
    let body = call.text("body").unwrap_or_default();
    check_body("IssueComment", &body)?;
    if body.trim().is_empty() {
        return Err(Answer::unprocessable("IssueComment", "body", "body can't be blank"));
    }
    Ok(body)
}

fn create(call: &mut Call<'_>) -> Outcome {
    let pull = call.pull("issue_number")?.number;
    let body = body(call)?;
    let (now, id, author) = (call.state.now(), call.state.next_id(), call.login());
    let updated_at = now.clone();
    let made = IssueComment { id, pull, author, body, created_at: now, updated_at, reactions: Vec::new() };
    call.repo_mut()?.issue_comments.push(made.clone());
    Ok(Answer::created(render::issue_comment(call.state, call.repo()?, &made)))
}

fn update(call: &mut Call<'_>) -> Outcome {
    own(&find(call)?.author, &call.login())?;
    let (body, now) = (body(call)?, call.state.now());
    let comment = find_mut(call)?;
    comment.body = body;
    comment.updated_at = now;
    Ok(Answer::ok(render::issue_comment(call.state, call.repo()?, find(call)?)))
}

fn reactions(call: &mut Call<'_>) -> Outcome {
    let wanted = call.query.get("content");
    let all = find(call)?.reactions.iter().filter(|reaction| wanted.is_none_or(|wanted| *wanted == reaction.content));
    Ok(call.paged(all.map(|reaction| render::reaction(call.state, reaction)).collect()))
}

/// Reacting twice is once: GitHub answers 200 with what is there.
fn react(call: &mut Call<'_>) -> Outcome {
    let (content, author) = (call.text("content").unwrap_or_default(), call.login());
    let there = find(call)?.reactions.iter().find(|one| one.content == content && one.author == author);
    if let Some(there) = there {
        return Ok(Answer::ok(render::reaction(call.state, there)));
    }
    let made = Reaction { id: call.state.next_id(), author, content, created_at: call.state.now() };
    find_mut(call)?.reactions.push(made.clone());
    Ok(Answer::created(render::reaction(call.state, &made)))
}
