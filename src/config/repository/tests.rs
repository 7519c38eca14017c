use std::time::Duration;

use super::*;
use crate::domain::{CommentOn, Confidence, DependenciesFrom, RegressionConclusion};

const EVERYTHING: &str = r#"
enabled = false
engine = "offline"
mutate-targets = ["shop/**"]
exclude = ["shop/legacy/**"]
max-mutants-per-change = 7
max-retries = 0
max-parallel = 4
confidence-threshold = "high"
conclusion = "failure"
comment-on = "any"
max-comments = 1
description = false
drafts = true

[sandbox]
memory = "1GB"
cpus = 2
processes = 64
disk = "256MB"
output = "1MB"
test-timeout = "5s"
timeout = "2m"

[environment]
image = "registry.example/python:3"
packages = ["libpq-dev"]
set-up = ["pip install -e ."]
dependencies-from = "head"
"#;

fn lines(text: &str) -> Vec<(Option<usize>, String)> {
    parse(text).problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
}

#[test]
fn an_empty_file_means_the_defaults() {
    assert_eq!(parse(""), Parsed { settings: RepositorySettings::default(), problems: Vec::new() });
}

#[test]
fn every_key_is_read() {
    let parsed = parse(EVERYTHING);
    assert_eq!(parsed.problems, []);
    let settings = parsed.settings;
    assert!(!settings.enabled && !settings.description && settings.drafts);
    assert_eq!(settings.engine, Engine::Offline);
    assert_eq!(settings.mutate_targets, ["shop/**"]);
    assert_eq!(settings.exclude, ["shop/legacy/**"]);
    assert_eq!((settings.max_mutants_per_change, settings.max_retries, settings.max_parallel), (7, 0, 4));
    assert_eq!(settings.confidence_threshold, Confidence::High);
    assert_eq!(settings.conclusion, RegressionConclusion::Failure);
    assert_eq!((settings.comment_on, settings.max_comments), (CommentOn::Any, 1));
    assert_eq!((settings.sandbox.memory, settings.sandbox.disk), (1 << 30, 256 << 20));
    assert_eq!((settings.sandbox.output, settings.sandbox.processes), (1 << 20, 64));
    assert!((settings.sandbox.cpus - 2.0).abs() < f64::EPSILON);
    assert_eq!(settings.sandbox.test_timeout, Duration::from_secs(5));
    assert_eq!(settings.sandbox.timeout, Duration::from_secs(120));
    assert_eq!(settings.environment.image.as_deref(), Some("registry.example/python:3"));
    assert_eq!(settings.environment.packages, ["libpq-dev"]);
    assert_eq!(settings.environment.set_up, ["pip install -e ."]);
    assert_eq!(settings.environment.dependencies_from, DependenciesFrom::Head);
}

#[test]
fn what_is_written_reads_back_the_same() {
    for settings in [RepositorySettings::default(), parse(EVERYTHING).settings] {
        assert_eq!(parse(&to_toml(&settings)), Parsed { settings, problems: Vec::new() });
    }
}

#[test]
fn every_problem_is_reported_with_its_line() {
    let text = r#"enabled = "yes"
enginee = "offline"

[sandbox]
memory = "lots"
swap = "1GB"
cpus = 1000

[environment]
packages = ["--yes"]
"#;
    let found = lines(text);
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 5, 6, 7, 10].map(Some), "{found:?}");
    assert!(found[0].1.contains("expected a boolean"), "{}", found[0].1);
    assert!(found[1].1.contains("unknown field `enginee`"), "{}", found[1].1);
    assert!(found[2].1.contains("is not a size"), "{}", found[2].1);
    assert!(found[3].1.contains("unknown field `swap`"), "{}", found[3].1);
    assert!(found[4].1.contains("out of bounds"), "{}", found[4].1);
    assert!(found[5].1.contains("not the name of a Debian package"), "{}", found[5].1);
}

#[test]
fn the_defaults_run_where_there_is_an_error() {
    let parsed = parse("drafts = true\nengine = \"fast\"\n");
    assert_eq!(parsed.settings, RepositorySettings::default());
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].line, Some(2));
    assert!(parsed.problems[0].to_string().starts_with("jittest.toml line 2: unknown variant `fast`"));
}

#[test]
fn a_syntax_error_is_reported_with_its_line() {
    let parsed = parse("enabled = true\ndrafts = = true\n");
    assert_eq!(parsed.settings, RepositorySettings::default());
    assert_eq!(parsed.problems.first().and_then(|problem| problem.line), Some(2), "{:?}", parsed.problems);
}

#[test]
fn numbers_and_texts_have_bounds() {
    for (text, words) in [
        ("max-parallel = 0", "from 1 to 32"),
        ("max-comments = 4", "from 0 to 3"),
        ("max-retries = -1", "from 0 to 10"),
        ("[sandbox]\nmemory = \"1MB\"", "at least 64MB"),
        ("[sandbox]\nmemory = 512", "a size such as"),
        ("[sandbox]\ntest-timeout = \"0s\"", "at least \"1s\""),
        ("[sandbox]\ntimeout = 30", "a duration such as"),
        ("exclude = [\"a[\"]", "is not a glob"),
        ("[environment]\nset-up = [\"  \"]", "can't be run"),
        ("[environment]\nimage = \"a b\"", "not the name of an image"),
    ] {
        let found = lines(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].1.contains(words), "{text}: {found:?}");
    }
}

#[test]
fn a_file_over_its_bound_is_not_read() {
    let text = format!("# {}\ndrafts = true", "x".repeat(limits::SETTINGS_BYTES));
    let parsed = parse(&text);
    assert_eq!(parsed.settings, RepositorySettings::default());
    assert_eq!(parsed.problems.len(), 1);
    assert_eq!(parsed.problems[0].line, None);
    let said = "Warning: settings: jittest.toml is wrong — it has more than 65536 bytes";
    for parsed in [parse_bytes(text.as_bytes()), too_large()] {
        assert_eq!(parsed.settings, RepositorySettings::default());
        assert!(parsed.problems[0].warning().to_string().starts_with(said), "{}", parsed.problems[0].warning());
    }
}

#[test]
fn a_file_that_is_no_text_is_wrong_as_a_whole() {
    let parsed = parse_bytes(b"drafts = true\n\xff");
    assert_eq!((parsed.settings, parsed.problems.len()), (RepositorySettings::default(), 1));
    assert_eq!(parse_bytes(b"drafts = true\n"), parse("drafts = true\n"));
}

#[test]
fn a_file_full_of_mistakes_is_reported_up_to_a_bound() {
    let text: String = (0..500).map(|i| format!("key-{i} = {i}\n")).collect();
    assert_eq!(parse(&text).problems.len(), limits::SETTINGS_PROBLEMS);
}

#[test]
fn a_problem_is_a_warning_that_says_what_was_used_instead() {
    let warning = parse("enabled = 1").problems[0].warning().to_string();
    assert!(warning.starts_with("Warning: settings: jittest.toml line 1 is wrong — "), "{warning}");
    assert!(warning.ends_with("the default settings were used"), "{warning}");
}

#[test]
fn nothing_rises_over_the_operators_ceiling() {
    let mut asked = RepositorySettings::default();
    asked.sandbox.memory = 64 << 30;
    asked.sandbox.timeout = Duration::from_secs(86_400);
    asked.max_parallel = 32;
    let (settings, warnings) = under_ceiling(asked, &Ceiling::default());
    assert_eq!(settings.sandbox.memory, limits::CEILING_MEMORY);
    assert_eq!(settings.sandbox.timeout, limits::CEILING_TIME);
    assert_eq!(settings.sandbox.disk, SandboxLimits::default().disk);
    assert_eq!(settings.max_parallel, limits::CEILING_PARALLEL);
    assert_eq!(warnings.len(), 3);
}

#[test]
fn a_disk_that_a_container_can_not_have_is_said() {
    let mut asked = RepositorySettings::default();
    assert_eq!(under_ceiling(asked.clone(), &Ceiling::default()).1, []);
    asked.sandbox.disk = 2 << 30;
    let (_, warnings) = under_ceiling(asked.clone(), &Ceiling::default());
    assert!(warnings[0].to_string().contains("it has 320 MB: raise sandbox.memory too"), "{}", warnings[0]);
    asked.sandbox.memory = 4 << 30;
    assert_eq!(under_ceiling(asked, &Ceiling::default()).1, []);
}

#[test]
fn without_a_model_everything_is_offline_and_that_is_said() {
    let asked = |engine| RepositorySettings { engine, ..RepositorySettings::default() };
    let (settings, warnings) = under_ceiling(asked(Engine::Auto), &Ceiling::default());
    assert_eq!((settings.engine, warnings.len()), (Engine::Offline, 0));
    let (settings, warnings) = under_ceiling(asked(Engine::Both), &Ceiling::default());
    assert_eq!((settings.engine, warnings.len()), (Engine::Offline, 1));
    assert!(warnings[0].to_string().contains("no model is configured"));
}

#[test]
fn the_operators_engine_is_the_ceiling() {
    let with = |engine| Ceiling { engine, model: true, ..Ceiling::default() };
    for (most, asked, allowed) in [
        (Engine::Offline, Engine::Both, Engine::Offline),
        (Engine::Auto, Engine::Model, Engine::Model),
        (Engine::Model, Engine::Both, Engine::Model),
        (Engine::Both, Engine::Auto, Engine::Both),
        (Engine::Both, Engine::Offline, Engine::Offline),
    ] {
        let settings = RepositorySettings { engine: asked, ..RepositorySettings::default() };
        assert_eq!(under_ceiling(settings, &with(most)).0.engine, allowed, "{most:?} {asked:?}");
    }
}

#[test]
fn the_checked_in_schema_is_that_of_the_types() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/jittest.toml.schema.json");
    let schema = format!("{:#}\n", serde_json::to_value(schema()).unwrap());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), schema, "run the test with UPDATE_SCHEMAS=1");
}

#[test]
fn the_schema_takes_what_is_right_and_refuses_what_is_wrong() {
    let schema = serde_json::to_value(schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let valid =
        |text: &str| validator.is_valid(&serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap());
    assert!(valid("") && valid(EVERYTHING));
    for wrong in ["enginee = 1", "max-parallel = 0", "[sandbox]\nmemory = 512", "comment-on = \"all\""] {
        assert!(!valid(wrong), "{wrong} was taken");
        assert!(!parse(wrong).problems.is_empty(), "{wrong} was taken");
    }
}
