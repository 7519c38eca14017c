//! The App and its installation: `/app`, tokens, repositories, the rate limit.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::auth::{Access, Actor, Token};
use super::body::{Field, Kind, may};
use super::call::{Answer, Call, Outcome};
use super::render;
use super::route::{Route, get, send};
use super::state::written;

pub(super) const ROUTES: &[Route] = &[
    get("/app", Access::App, &[], |call| Ok(Answer::ok(render::app(call.state)))),
    send("POST", "/app/installations/{installation_id}/access_tokens", Access::App, TOKEN, token),
    get("/app/installations/{installation_id}", Access::App, &[], installation),
    get("/repos/{owner}/{repo}/installation", Access::App, &[], |call| {
        if call.repo()?.installed { Ok(Answer::ok(render::installation(call.state))) } else { Err(Answer::not_found()) }
    }),
    get("/installation/repositories", Access::Installation("metadata:read"), &["per_page", "page"], repositories),
    get("/rate_limit", Access::Any, &[], |call| Ok(Answer::ok(rate_limit(call)))),
];

const TOKEN: &[Field] = &[
    may("repositories", Kind::List(500, &Kind::Text)),
    may("repository_ids", Kind::List(500, &Kind::Integer)),
    may("permissions", Kind::Map),
];

fn installation(call: &mut Call<'_>) -> Outcome {
    if call.number("installation_id")? != call.state.app.installation {
        return Err(Answer::not_found());
    }
    Ok(Answer::ok(render::installation(call.state)))
}

fn token(call: &mut Call<'_>) -> Outcome {
    if call.number("installation_id")? != call.state.app.installation {
        return Err(Answer::not_found());
    }
    let names = call.body.get("repositories").and_then(Value::as_array);
    let mut chosen: Option<Vec<String>> =
        names.map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    if let Some(ids) = call.body.get("repository_ids").and_then(Value::as_array) {
        let meant = call.state.repositories.iter().filter(|repo| ids.contains(&json!(repo.id)));
        chosen.get_or_insert_default().extend(meant.map(|repo| repo.name.clone()));
    }
    let reached = |name: &String| call.state.repositories.iter().any(|repo| repo.installed && repo.name == *name);
    if chosen.as_ref().is_some_and(|names| !names.iter().all(reached)) {
        let message =
            "There is at least one repository that does not exist or is not accessible to the parent installation.";
        return Err(Answer::violation(422, message));
    }
    let expires = Timestamp::now().as_second() + call.state.token_seconds;
    let secret = format!("ghs_{}", uuid::Uuid::now_v7().simple());
    call.state.tokens.push(Token { secret: secret.clone(), expires, repositories: chosen.clone() });
    Ok(Answer::created(json!({
        "token": secret,
        "expires_at": written(expires),
        "permissions": call.state.app.permissions,
        "repository_selection": if chosen.is_some() { "selected" } else { "all" },
    })))
}

fn repositories(call: &mut Call<'_>) -> Outcome {
    let Actor::Installation(token) = &call.actor else { return Err(Answer::not_found()) };
    let chosen = |name: &String| token.repositories.as_ref().is_none_or(|names| names.contains(name));
    let reached = call.state.repositories.iter().filter(|repo| repo.installed && chosen(&repo.name));
    let shown = reached.map(|repo| render::repository(call.state, repo)).collect();
    Ok(call.counted("repositories", shown))
}

fn rate_limit(call: &Call<'_>) -> Value {
    let rate = &call.state.rate;
    let used = rate.limit - rate.remaining.min(rate.limit);
    let shown = json!({"limit": rate.limit, "remaining": rate.remaining, "reset": rate.reset, "used": used});
    json!({"resources": {"core": shown, "search": shown}, "rate": shown})
}
