//! Whether a part is what it should be. It may come from elsewhere, and is not trusted.

use crate::domain::{GRAPH_SCHEMA_VERSION, GraphPart, limits};

/// What the name of a part's file says: `batch-3.json`, `batch-3-part-2.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartName {
    /// The batch.
    pub batch_index: usize,
    /// The part; `None` for a batch in one piece.
    pub part: Option<usize>,
}

impl PartName {
    /// What this name says; `None` for another kind of file.
    pub fn parse(name: &str) -> Option<Self> {
        let middle = name.strip_prefix("batch-")?.strip_suffix(".json")?;
        let (batch, part) = match middle.split_once("-part-") {
            Some((batch, part)) => (batch, Some(number(part)?)),
            None => (middle, None),
        };
        Some(Self { batch_index: number(batch)?, part })
    }
}

/// A number from 1, written plainly.
fn number(text: &str) -> Option<usize> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|number| plain && *number > 0)
}

/// The part in a text, or what is wrong with it.
///
/// # Errors
/// Where it doesn't parse, or breaks the schema.
pub fn check(name: PartName, text: &str) -> Result<GraphPart, String> {
    if text.len() > limits::PART_BYTES {
        return Err(format!("it is larger than {} bytes", limits::PART_BYTES));
    }
    let part: GraphPart = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if part.schema_version != GRAPH_SCHEMA_VERSION {
        return Err(format!("schemaVersion is {}, expected {GRAPH_SCHEMA_VERSION}", part.schema_version));
    }
    if part.batch_index != name.batch_index || part.part != name.part {
        return Err("its name and its batchIndex or part differ".to_owned());
    }
    if part.part.is_some() != part.parts.is_some() || part.part > part.parts {
        return Err("part and parts don't fit each other".to_owned());
    }
    if part.parts.is_some_and(|parts| parts > limits::PARTS) {
        return Err(format!("parts is over {}", limits::PARTS));
    }
    let named = |node: &&crate::domain::GraphNode| node.id != node.kind.id(&node.file, &node.name);
    match part.nodes.iter().find(named) {
        Some(node) => Err(format!("the node {:?} is not named after its kind, file and name", node.id)),
        None => Ok(part),
    }
}
