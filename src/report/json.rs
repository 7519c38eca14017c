//! The report as JSON, for other programs; its schema is `schemas/report.schema.json`.

use crate::domain::Report;

/// The report as JSON, with a line end.
pub fn render(report: &Report) -> String {
    // A report has texts for keys and no numbers that JSON lacks, so that this can't fail.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON Schema of a report.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_report_reads_back_the_same() {
        let report = sample::rich();
        let read: Report = serde_json::from_str(&render(&report)).unwrap();
        assert_eq!(read, report);
    }

    #[test]
    fn a_report_obeys_its_schema() {
        let schema = serde_json::to_value(schema()).unwrap();
        let report = serde_json::from_str(&render(&sample::rich())).unwrap();
        jsonschema::validate(&schema, &report).unwrap();
    }

    #[test]
    fn the_checked_in_schema_is_that_of_the_types() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/report.schema.json");
        let schema = format!("{:#}\n", serde_json::to_value(schema()).unwrap());
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&file, &schema).unwrap();
        }
        assert_eq!(std::fs::read_to_string(file).unwrap(), schema, "run the test with UPDATE_SCHEMAS=1");
    }

    #[test]
    fn what_is_not_built_yet_is_absent_and_what_can_not_be_computed_is_null() {
        let report = crate::domain::Report::empty(crate::domain::Verdict::Clear);
        let value: serde_json::Value = serde_json::from_str(&render(&report)).unwrap();
        assert!(value.get("own_tests").is_none());
        assert!(value["coverage"].is_null());
        assert!(value.get("commentable").is_none());
    }
}
