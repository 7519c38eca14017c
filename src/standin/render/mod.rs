//! What things look like in GitHub's JSON. The shapes follow GitHub's OpenAPI description, and a test holds every
//! answer against it; none of them is shared with the client.

mod check;
mod comment;
mod commit;
mod pull;

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub(super) use check::{annotation, check_run, check_suite};
pub(super) use comment::{issue_comment, reaction, review, review_comment};
pub(super) use commit::{Comparison, commit, comparison, file, git_commit};
pub(super) use pull::{full_pull, pull};

use super::state::{App, Repo, State, written};
use crate::domain::Permission;

/// When accounts and repositories were made: before the stand-in's clock starts.
const CREATED: i64 = 1_735_689_600;

/// GitHub's opaque second id.
pub(super) fn node_id(kind: &str, id: impl Display) -> String {
    STANDARD.encode(format!("{kind}{id}"))
}

/// One object from two.
pub(super) fn merged(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}

/// A user, or the App's bot.
pub(super) fn user(state: &State, login: &str) -> Value {
    let id = state.users.get(login).copied().unwrap_or_default();
    let name = login.replace('[', "%5B").replace(']', "%5D");
    let (api, web) = (format!("{}/users/{name}", state.api_url()), &state.base_url);
    let bot = login.ends_with("[bot]");
    let page = match login.strip_suffix("[bot]") {
        Some(slug) => format!("{web}/apps/{slug}"),
        None => format!("{web}/{name}"),
    };
    json!({
        "login": login,
        "id": id,
        "node_id": node_id("User", id),
        "avatar_url": format!("{web}/avatars/u/{id}"),
        "gravatar_id": "",
        "url": api,
        "html_url": page,
        "followers_url": format!("{api}/followers"),
        "following_url": format!("{api}/following{{/other_user}}"),
        "gists_url": format!("{api}/gists{{/gist_id}}"),
        "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
        "subscriptions_url": format!("{api}/subscriptions"),
        "organizations_url": format!("{api}/orgs"),
        "repos_url": format!("{api}/repos"),
        "events_url": format!("{api}/events{{/privacy}}"),
        "received_events_url": format!("{api}/received_events"),
        "type": if bot { "Bot" } else { "User" },
        "site_admin": false,
    })
}

/// The App.
pub(super) fn app(state: &State) -> Value {
    let App { id, client_id, slug, permissions, events, .. } = &state.app;
    json!({
        "id": id,
        "client_id": client_id,
        "slug": slug,
        "node_id": node_id("App", id),
        "owner": user(state, "app-owner"),
        "name": slug,
        "description": "An App on the stand-in.",
        "external_url": format!("{}/about", state.base_url),
        "html_url": format!("{}/apps/{slug}", state.base_url),
        "created_at": written(CREATED),
        "updated_at": written(CREATED),
        "permissions": permissions,
        "events": events,
    })
}

/// The App's installation.
pub(super) fn installation(state: &State) -> Value {
    let id = state.app.installation;
    let owner = state.repositories.iter().find(|repo| repo.installed).map_or("app-owner", |repo| &repo.owner);
    let api = state.api_url();
    json!({
        "id": id,
        "account": user(state, owner),
        "access_tokens_url": format!("{api}/app/installations/{id}/access_tokens"),
        "repositories_url": format!("{api}/installation/repositories"),
        "html_url": format!("{}/settings/installations/{id}", state.base_url),
        "app_id": state.app.id,
        "app_slug": state.app.slug,
        "client_id": state.app.client_id,
        "target_id": state.users.get(owner).copied().unwrap_or_default(),
        "target_type": "User",
        "permissions": state.app.permissions,
        "events": state.app.events,
        "single_file_name": null,
        "has_multiple_single_files": false,
        "single_file_paths": [],
        "repository_selection": "selected",
        "created_at": written(CREATED),
        "updated_at": written(CREATED),
        "suspended_by": null,
        "suspended_at": null,
    })
}

/// Where each of a repository's links leads, below its own address.
const LINKS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

/// The address of a repository in the API.
pub(super) fn repo_url(state: &State, repo: &Repo) -> String {
    format!("{}/repos/{}", state.api_url(), repo.full_name())
}

/// The address of a repository's page.
pub(super) fn repo_page(state: &State, repo: &Repo) -> String {
    format!("{}/{}", state.base_url, repo.full_name())
}

/// A repository.
pub(super) fn repository(state: &State, repo: &Repo) -> Value {
    let (api, page) = (repo_url(state, repo), repo_page(state, repo));
    let open = repo.pulls.iter().filter(|pull| pull.open).count();
    let host = state.base_url.trim_start_matches("http://");
    let links: serde_json::Map<String, Value> =
        LINKS.iter().map(|(name, end)| ((*name).to_owned(), json!(format!("{api}{end}")))).collect();
    let about = json!({
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": repo.full_name(),
        "owner": user(state, &repo.owner),
        "private": repo.private,
        "visibility": if repo.private { "private" } else { "public" },
        "description": null,
        "fork": repo.fork_of.is_some(),
        "url": api,
        "html_url": page,
        "clone_url": format!("{page}.git"),
        "git_url": format!("git://{host}/{}.git", repo.full_name()),
        "ssh_url": format!("git@{host}:{}.git", repo.full_name()),
        "svn_url": page,
        "mirror_url": null,
        "homepage": null,
        "default_branch": repo.default_branch,
        "created_at": written(CREATED),
        "updated_at": written(CREATED),
        "pushed_at": written(CREATED),
    });
    let numbers = json!({
        "forks": 0,
        "forks_count": 0,
        "open_issues": open,
        "open_issues_count": open,
        "size": 0,
        "stargazers_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "language": null,
        "license": null,
        "topics": [],
        "archived": false,
        "disabled": false,
        "allow_forking": true,
        "is_template": false,
        "web_commit_signoff_required": false,
    });
    let features = json!({
        "has_downloads": true,
        "has_issues": true,
        "has_projects": true,
        "has_wiki": true,
        "has_pages": false,
        "has_discussions": false,
    });
    merged(merged(merged(Value::Object(links), about), numbers), features)
}

/// A repository as `GET /repos/{owner}/{repo}` shows it.
pub(super) fn full_repository(state: &State, repo: &Repo) -> Value {
    merged(repository(state, repo), json!({"network_count": 0, "subscribers_count": 0}))
}

/// What GitHub says of an author next to what they wrote.
fn association(repo: &Repo, login: &str) -> &'static str {
    match repo.permission(login) {
        Permission::Admin if login.eq_ignore_ascii_case(&repo.owner) => "OWNER",
        Permission::None | Permission::Read => "NONE",
        _ => "COLLABORATOR",
    }
}
