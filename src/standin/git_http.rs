//! git's smart HTTP, through git's own server program: `git http-backend` on the real bare repository. It unpacks
//! compressed requests and speaks every version of the protocol.

use std::process::Stdio;

use axum::http::{HeaderName, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::auth::{self, Actor};
use super::call::{Answer, Body};
use super::server::{Received, Shared};

/// `owner/name` where a path is one of git's: `/owner/name.git/…`.
pub(super) fn repository(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix('/')?.splitn(3, '/');
    let (owner, name, _) = (parts.next()?, parts.next()?, parts.next()?);
    name.strip_suffix(".git").map(|name| format!("{owner}/{name}"))
}

/// Serves a clone or a fetch.
pub(super) async fn serve(shared: &Shared, received: &Received, repository: &str) -> Answer {
    let service = match allowed(shared, received, repository) {
        Ok(service) => service,
        Err(answer) => return answer,
    };
    match backend(shared, received, &service).await {
        Ok(answer) => answer,
        Err(error) => Answer::violation(500, &format!("git's server failed: {error}")),
    }
}

/// The path for git's server, where the caller may read the repository.
fn allowed(shared: &Shared, received: &Received, repository: &str) -> Result<String, Answer> {
    let state = shared.state();
    let challenge = || {
        let mut answer = Answer::refused(401, "Requires authentication");
        answer.headers.push(("www-authenticate".to_owned(), "Basic realm=\"GitHub\"".to_owned()));
        answer
    };
    let header = received.header(header::AUTHORIZATION).ok_or_else(challenge)?;
    let Actor::Installation(token) = auth::actor(&state, &shared.key, Some(header)).map_err(|_| challenge())? else {
        return Err(challenge());
    };
    let repo = state.repo(repository).ok_or_else(Answer::not_found)?;
    auth::reach(&token, repo, "contents:read")?;
    auth::allow(&state, &Actor::Installation(token), auth::Access::Installation("contents:read"), Some(repo))?;
    let service = received.path.splitn(4, '/').nth(3).unwrap_or_default();
    let fetches = match (received.method.as_str(), service) {
        ("GET", "info/refs") => received.query == "service=git-upload-pack",
        ("POST", "git-upload-pack") => true,
        _ => false,
    };
    if !fetches {
        return Err(Answer::violation(403, "only a fetch is served over HTTP"));
    }
    let folder = repo.path.strip_prefix(shared.folder.path()).unwrap_or(&repo.path);
    Ok(format!("/{}/{service}", folder.to_string_lossy()))
}

async fn backend(shared: &Shared, received: &Received, path: &str) -> std::io::Result<Answer> {
    let text = |name: HeaderName| received.header(name).unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", shared.folder.path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", &received.query)
        .env("REQUEST_METHOD", &received.method)
        .env("CONTENT_TYPE", text(header::CONTENT_TYPE))
        .env("CONTENT_LENGTH", received.bytes.len().to_string())
        .env("HTTP_CONTENT_ENCODING", text(header::CONTENT_ENCODING))
        .env("GIT_PROTOCOL", text(HeaderName::from_static("git-protocol")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // It may have answered and gone before it read all; the answer counts.
            let _gone = stdin.write_all(&received.bytes).await;
        }
    };
    let mut output = Vec::new();
    let read = async {
        match stdout {
            Some(mut stdout) => stdout.read_to_end(&mut output).await,
            None => Ok(0),
        }
    };
    let ((), read) = tokio::join!(write, read);
    read?;
    child.wait().await?;
    Ok(answer(&output))
}

/// A CGI answer: headers, an empty line, the body.
fn answer(output: &[u8]) -> Answer {
    let end = output.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = end.map_or((output, &[][..]), |end| (&output[..end], &output[end + 4..]));
    let mut answer = Answer::ok(serde_json::Value::Null);
    let mut kind = "application/octet-stream".to_owned();
    for line in String::from_utf8_lossy(head).lines() {
        match line.split_once(": ") {
            Some(("Status", status)) => {
                answer.status = status.split(' ').next().and_then(|code| code.parse().ok()).unwrap_or(500);
            }
            Some(("Content-Type", value)) => value.clone_into(&mut kind),
            Some((name, value)) => answer.headers.push((name.to_lowercase(), value.to_owned())),
            None => {}
        }
    }
    answer.body = Body::Raw(kind, body.to_vec());
    answer
}
