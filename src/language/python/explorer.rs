//! The explorer, as it goes into the sandbox.

use crate::language::{Driver, driver_files};

/// Its files lie in `jittest/`; it is started in the folder around that.
pub(super) const EXPLORER: Driver = Driver {
    files: driver_files![
        "driver/";
        "explore.py",
        "jt_answers.py",
        "jt_board.py",
        "jt_bounds.py",
        "jt_calls.py",
        "jt_case.py",
        "jt_clock.py",
        "jt_code.py",
        "jt_compare.py",
        "jt_constructors.py",
        "jt_describe.py",
        "jt_documents.py",
        "jt_family.py",
        "jt_files.py",
        "jt_fit.py",
        "jt_folders.py",
        "jt_forms.py",
        "jt_guard.py",
        "jt_handles.py",
        "jt_infer.py",
        "jt_inputs.py",
        "jt_kin.py",
        "jt_layout.py",
        "jt_learn.py",
        "jt_lines.py",
        "jt_links.py",
        "jt_making.py",
        "jt_manual.py",
        "jt_matches.py",
        "jt_mining.py",
        "jt_mutants.py",
        "jt_mutate.py",
        "jt_numbers.py",
        "jt_objects.py",
        "jt_outcome.py",
        "jt_plan.py",
        "jt_pool.py",
        "jt_pytest.py",
        "jt_reach.py",
        "jt_reaching.py",
        "jt_reading.py",
        "jt_reads.py",
        "jt_records.py",
        "jt_regress.py",
        "jt_reply.py",
        "jt_requests.py",
        "jt_risks.py",
        "jt_routes.py",
        "jt_samples.py",
        "jt_schema.py",
        "jt_search.py",
        "jt_session.py",
        "jt_settings.py",
        "jt_shape.py",
        "jt_sides.py",
        "jt_sources.py",
        "jt_sql.py",
        "jt_state.py",
        "jt_text.py",
        "jt_together.py",
        "jt_trace.py",
        "jt_values.py",
        "jt_web.py",
        "jt_words.py",
        "jt_worker.py",
        "jt_write.py",
    ],
    argv: &["python3", "jittest/explore.py"],
    // The order of its own sets is always the same; the repository's code runs in processes with other seeds.
    env: &[("PYTHONHASHSEED", "0")],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_explorer_goes_along() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/language/python/driver");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut there: Vec<String> = names.filter(|name| name.ends_with(".py")).collect();
        there.sort();
        let sent: Vec<&str> = EXPLORER.files.iter().map(|(name, _)| *name).collect();
        assert_eq!(sent, there);
    }
}
