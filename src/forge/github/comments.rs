//! The conversation of a pull request: reactions and answers.

use serde_json::json;

use super::client::Call;
use super::repo::Repo;
use super::{review, text};
use crate::domain::Reaction;
use crate::forge::ForgeError;

impl Repo<'_> {
    /// Reacts to a comment. GitHub gives each user one reaction of a kind, so doing it twice changes nothing.
    pub(super) async fn react(&self, comment: u64, reaction: Reaction) -> Result<(), ForgeError> {
        let content = match reaction {
            Reaction::Eyes => "eyes",
            Reaction::ThumbsUp => "+1",
            Reaction::Confused => "confused",
        };
        let path = self.at(&format!("issues/comments/{comment}/reactions"));
        let call = Call::post("react to a comment", path, &json!({ "content": content }));
        self.repeat(&call).await.map_err(|failure| failure.named(call.what)).map(|_| ())
    }

    /// Makes the conversation show `body` once for `marker`.
    pub(super) async fn reply(&self, pull: u64, marker: &str, body: &str) -> Result<(), ForgeError> {
        let mark = text::mark("reply", marker);
        let body = text::marked(&mark, body);
        let rest = format!("issues/{pull}/comments");
        let mut tries = self.tries("answer on the pull request");
        loop {
            let there = self.own_comments("list the pull request's comments", &rest).await?;
            let call = match there.iter().find(|(there, _)| text::bears(there, &mark)) {
                Some((there, _)) if review::same_text(there, &body) => return Ok(()),
                Some((_, id)) => {
                    let path = self.at(&format!("issues/comments/{id}"));
                    Call::patch("update our answer", path, &json!({ "body": body }))
                }
                None => Call::post("answer on the pull request", self.at(&rest), &json!({ "body": body })),
            };
            match self.once(&call).await {
                Ok(_) => return Ok(()),
                Err(failure) => tries.after(failure).await?,
            }
        }
    }
}
