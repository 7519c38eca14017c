//! `/jittest help`

use async_trait::async_trait;

use super::{ALL, Answer, Call, Command, CommandError, at_least};
use crate::domain::Permission;

/// Says what can be asked for.
pub struct Help;

#[async_trait]
impl Command for Help {
    fn name(&self) -> &'static str {
        "help"
    }

    fn help(&self) -> &'static str {
        "show this"
    }

    fn permission(&self) -> Permission {
        Permission::None
    }

    fn refuse(&self, _words: &[String]) -> Option<String> {
        None
    }

    async fn run(&self, _call: &Call<'_>) -> Result<Answer, CommandError> {
        Ok(Answer::says(text()))
    }
}

/// The help, made from the list of commands.
pub(super) fn text() -> String {
    let rows = ALL.iter().map(|command| {
        let usage = format!("/jittest {} {}", command.name(), command.arguments());
        let who = match command.permission() {
            Permission::None => "anyone",
            permission => at_least(permission),
        };
        format!("| `{}` | {} | {who} |", usage.trim_end(), command.help())
    });
    let rows: Vec<String> = rows.collect();
    format!("| command | what it does | who may |\n|---|---|---|\n{}", rows.join("\n"))
}
