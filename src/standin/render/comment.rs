//! Reviews, comments and reactions.

use serde_json::{Value, json};

use super::{app, association, node_id, repo_page, repo_url, user};
use crate::standin::record::{IssueComment, Reaction, Review, ReviewComment};
use crate::standin::state::{Repo, State};

const REACTIONS: &[&str] = &["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];

/// A review.
pub(in crate::standin) fn review(state: &State, repo: &Repo, review: &Review) -> Value {
    let page = format!("{}/pull/{}#pullrequestreview-{}", repo_page(state, repo), review.pull, review.id);
    let pull = format!("{}/pulls/{}", repo_url(state, repo), review.pull);
    json!({
        "id": review.id,
        "node_id": node_id("PullRequestReview", review.id),
        "user": user(state, &review.author),
        "body": review.body,
        "state": review.state,
        "html_url": page,
        "pull_request_url": pull,
        "author_association": association(repo, &review.author),
        "_links": {"html": {"href": page}, "pull_request": {"href": pull}},
        "submitted_at": review.submitted_at,
        "commit_id": review.commit_id,
    })
}

/// A review comment. `shown` is whether the diff still has its line: GitHub gives no `line` for an outdated one.
pub(in crate::standin) fn review_comment(state: &State, repo: &Repo, comment: &ReviewComment, shown: bool) -> Value {
    let url = format!("{}/pulls/comments/{}", repo_url(state, repo), comment.id);
    let page = format!("{}/pull/{}#discussion_r{}", repo_page(state, repo), comment.pull, comment.id);
    let pull = format!("{}/pulls/{}", repo_url(state, repo), comment.pull);
    let now = |value: Value| if shown { value } else { Value::Null };
    let mut rendered = json!({
        "url": url,
        "pull_request_review_id": comment.review,
        "id": comment.id,
        "node_id": node_id("PullRequestReviewComment", comment.id),
        "diff_hunk": comment.diff_hunk,
        "path": comment.path,
        "commit_id": comment.commit_id,
        "original_commit_id": comment.commit_id,
        "user": user(state, &comment.author),
        "body": comment.body,
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "html_url": page,
        "pull_request_url": pull,
        "author_association": association(repo, &comment.author),
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull}},
        "subject_type": "line",
        "side": comment.side,
        "start_side": comment.start_line.map(|_| &comment.side),
        "original_line": comment.line,
        "original_position": comment.position,
        "original_start_line": comment.start_line,
    });
    rendered["line"] = now(json!(comment.line));
    rendered["position"] = now(json!(comment.position));
    rendered["start_line"] = now(json!(comment.start_line));
    if let Some(id) = comment.in_reply_to {
        rendered["in_reply_to_id"] = json!(id);
    }
    rendered
}

/// A comment in the conversation.
pub(in crate::standin) fn issue_comment(state: &State, repo: &Repo, comment: &IssueComment) -> Value {
    let url = format!("{}/issues/comments/{}", repo_url(state, repo), comment.id);
    let by_app = comment.author == state.app.bot();
    let mut reactions = json!({"url": format!("{url}/reactions"), "total_count": comment.reactions.len()});
    for content in REACTIONS {
        reactions[*content] = json!(comment.reactions.iter().filter(|one| one.content == *content).count());
    }
    json!({
        "url": url,
        "html_url": format!("{}/pull/{}#issuecomment-{}", repo_page(state, repo), comment.pull, comment.id),
        "issue_url": format!("{}/issues/{}", repo_url(state, repo), comment.pull),
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "user": user(state, &comment.author),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "author_association": association(repo, &comment.author),
        "body": comment.body,
        "reactions": reactions,
        "performed_via_github_app": if by_app { app(state) } else { Value::Null },
    })
}

/// A reaction.
pub(in crate::standin) fn reaction(state: &State, reaction: &Reaction) -> Value {
    json!({
        "id": reaction.id,
        "node_id": node_id("Reaction", reaction.id),
        "user": user(state, &reaction.author),
        "content": reaction.content,
        "created_at": reaction.created_at,
    })
}
