//! Sentences in which an author names behaviour.

use crate::domain::Statement;

/// Words that name behaviour rather than code.
const SIGNS: &[&str] = &[
    "now raises",
    "now returns",
    "now accepts",
    "now rejects",
    "raises",
    "raise ",
    "returns",
    "return ",
    "default is",
    "defaults to",
    "by default",
    "instead of",
    "no longer",
    "round half",
    "rounds",
    "rounded",
    "must ",
    "should ",
    "so that",
    "was wrong",
    "incorrect",
    "used to",
    "previously",
    "from now on",
    "inclusive",
    "exclusive",
    "empty",
    "ignore",
    "allow",
    "reject",
    "support",
    "handle",
    "fail",
    "crash",
    "negative",
    "case-insensitive",
    "sorted",
    "order",
    "limit",
    "at most",
    "at least",
    "missing",
    "none",
    "zero",
    "invalid",
    "duplicate",
    "change",
];

/// How many sentences are kept, and how long each may be.
const KEPT: usize = 8;
const LENGTH: usize = 300;

/// The statements that name behaviour; in order, none twice.
pub(super) fn claims<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<String> {
    let mut claims: Vec<String> = Vec::new();
    for sentence in statements.filter(|said| !said.source.is_documentation()).map(|said| said.text.clone()) {
        let lower = sentence.to_lowercase();
        let is_claim = SIGNS.iter().any(|sign| lower.contains(sign));
        if is_claim && !claims.contains(&sentence) && claims.len() < KEPT {
            claims.push(sentence);
        }
    }
    claims
}

/// The prose of a text in Markdown: without code blocks, quotes, lists of tasks and comments.
pub(super) fn without_blocks(body: &str) -> String {
    let mut prose = String::new();
    let (mut in_code, mut in_comment) = (false, false);
    for line in body.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            in_code = !in_code;
            continue;
        }
        in_comment |= trimmed.starts_with("<!--");
        let skipped = in_code || in_comment || trimmed.starts_with(['>', '#', '|']) || is_task(trimmed);
        if trimmed.ends_with("-->") {
            in_comment = false;
        }
        if !skipped {
            prose.push_str(trimmed.trim_start_matches(['-', '*', ' ']));
        }
        // A list's entries are sentences of their own.
        let is_entry = trimmed.starts_with(['-', '*']) || trimmed.is_empty();
        prose.push_str(if is_entry { "\n\n" } else { "\n" });
    }
    prose
}

fn is_task(line: &str) -> bool {
    ["- [ ]", "- [x]", "- [X]", "* [ ]", "* [x]"].iter().any(|task| line.starts_with(task))
}

/// The sentences of a text, each of a bounded length.
pub(super) fn sentences(prose: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for paragraph in prose.split("\n\n") {
        let line = paragraph.split_whitespace().collect::<Vec<&str>>().join(" ");
        let mut rest = line.as_str();
        while let Some(at) = rest.find(". ") {
            sentences.push(rest[..=at].to_owned());
            rest = rest[at + 1..].trim_start();
        }
        sentences.push(rest.to_owned());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    for sentence in &mut sentences {
        if sentence.chars().count() > LENGTH {
            *sentence = sentence.chars().take(LENGTH - 1).chain("…".chars()).collect();
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::StatementSource;

    fn claims(title: &str, body: &str) -> Vec<String> {
        let prose = format!("{title}\n\n{}", without_blocks(body));
        let said = sentences(&prose).into_iter().map(|text| Statement {
            source: StatementSource::Body,
            text,
            kind: crate::domain::ChangeKind::Unknown,
        });
        super::claims(said.collect::<Vec<Statement>>().iter())
    }

    #[test]
    fn sentences_that_name_behaviour_are_kept() {
        let body = "The total now raises ValueError for a\nnegative price. See the wiki.\n\n- rounds half up\n- [ ] rounds in tasks\n\n```\nreturns in code\n```\n<!-- returns -->\n> returns in quotes\n";
        assert_eq!(
            claims("fix: default is 3", body),
            ["fix: default is 3", "The total now raises ValueError for a negative price.", "rounds half up",]
        );
    }

    #[test]
    fn what_names_no_behaviour_is_not_a_claim() {
        assert!(claims("Tidy the cart", "Some words about style.").is_empty());
    }

    #[test]
    fn claims_are_bounded() {
        let body = (0..50).map(|i| format!("It returns {i}.\n\n")).collect::<String>() + &"returns ".repeat(1_000);
        let claims = claims("", &body);
        assert_eq!(claims.len(), KEPT);
        assert!(claims.iter().all(|claim| claim.chars().count() <= LENGTH));
    }
}
