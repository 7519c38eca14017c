//! An analysis rendered: as a table for people, as JSON for programs, as a picture.

pub mod dot;
pub mod html;
mod layout;
mod names;
mod palette;
pub mod svg;
pub mod table;

use crate::domain::{Analysis, Batches, GraphPart};

/// The analysis as JSON, with a line end.
pub fn json(analysis: &Analysis) -> String {
    // Its maps have texts as keys, so that this can't fail.
    serde_json::to_string_pretty(analysis).map_or_else(|error| error.to_string(), |text| format!("{text}\n"))
}

/// The JSON Schema of an analysis.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Analysis)
}

/// The JSON Schema of `batches.json`.
pub fn batches_schema() -> schemars::Schema {
    schemars::schema_for!(Batches)
}

/// The JSON Schema of a part of a graph.
pub fn part_schema() -> schemars::Schema {
    schemars::schema_for!(GraphPart)
}

#[cfg(test)]
mod sample;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_schemas_are_those_of_the_types() {
        for (name, schema) in [("analysis", schema()), ("batches", batches_schema()), ("graph-part", part_schema())] {
            let file = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
            let schema = format!("{:#}\n", serde_json::to_value(schema).unwrap());
            if std::env::var_os("UPDATE_SCHEMAS").is_some() {
                std::fs::write(&file, &schema).unwrap();
            }
            assert_eq!(std::fs::read_to_string(file).unwrap(), schema, "run the test with UPDATE_SCHEMAS=1");
        }
    }

    #[test]
    fn an_analysis_obeys_its_schema_and_reads_back_the_same() {
        let value: serde_json::Value = serde_json::from_str(&json(&sample::analysis())).unwrap();
        jsonschema::validate(&serde_json::to_value(schema()).unwrap(), &value).unwrap();
        let read: Analysis = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), value);
    }
}
