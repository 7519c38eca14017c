use std::io::Write;

use super::*;

fn config(variables: &[(&str, &str)]) -> Result<ServiceConfig, ConfigError> {
    ServiceConfig::from_variables(variables.iter().copied())
}

const GITHUB: &[(&str, &str)] = &[
    ("JITTEST_GITHUB_APP_ID", "12"),
    ("JITTEST_GITHUB_PRIVATE_KEY", "-----BEGIN\\nMIIE-----"),
    ("JITTEST_GITHUB_WEBHOOK_SECRET", "hush"),
];

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn nothing_set_means_the_documented_defaults() {
    let config = config(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database_url.expose_secret(), "sqlite://jittest.db");
    assert!(!config.database_named);
    assert_eq!(config.engine, Engine::Auto);
    assert_eq!(config.sandbox_image, "jittest-sandbox");
    assert!(config.workers >= 1);
    let missing = config.github().unwrap_err().to_string();
    assert!(missing.starts_with("JITTEST_GITHUB_APP_ID is not set: "), "{missing}");
}

#[test]
fn the_server_url_follows_from_the_api_url() {
    let server = |api: &str| {
        let variables = [GITHUB, &[("GITHUB_API_URL", api)]].concat();
        config(&variables).unwrap().github().unwrap().server_url
    };
    assert_eq!(config(GITHUB).unwrap().github().unwrap().server_url, "https://github.com");
    assert_eq!(server("https://git.example.com/api/v3/"), "https://git.example.com");
    assert_eq!(server("http://127.0.0.1:4000"), "http://127.0.0.1:4000");
}

#[test]
fn two_webhook_secrets_are_valid_while_one_is_rotated() {
    let variables = [GITHUB, &[("JITTEST_GITHUB_WEBHOOK_SECRET_OLD", "older")]].concat();
    let github = config(&variables).unwrap().github().unwrap();
    let secrets: Vec<&str> = github.webhook_secrets.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["hush", "older"]);
}

#[test]
fn a_key_whose_line_ends_were_escaped_gets_them_back() {
    let github = config(GITHUB).unwrap().github().unwrap();
    assert_eq!(github.private_key.expose_secret(), "-----BEGIN\nMIIE-----");
}

#[test]
fn a_secret_can_stand_in_a_file_without_its_last_line_end() {
    let secret = file("from a file\n");
    let path = secret.path().to_str().unwrap();
    let variables = [&GITHUB[..2], &[("JITTEST_GITHUB_WEBHOOK_SECRET_FILE", path)]].concat();
    let github = config(&variables).unwrap().github().unwrap();
    assert_eq!(github.webhook_secrets[0].expose_secret(), "from a file");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let variables = [&GITHUB[..2], &[("JITTEST_GITHUB_WEBHOOK_SECRET_FILE", "/no/such/file")]].concat();
    let error = config(&variables).unwrap().github().unwrap_err().to_string();
    assert_eq!(error, "JITTEST_GITHUB_WEBHOOK_SECRET_FILE: /no/such/file can't be read");
}

#[test]
fn wrong_values_are_named_with_what_was_expected() {
    for (name, value) in [
        ("JITTEST_LISTEN", "here"),
        ("JITTEST_ENGINE", "steam"),
        ("JITTEST_WORKERS", "-1"),
        ("JITTEST_PROVIDER", "nobody"),
        ("JITTEST_ENDPOINT", "ftp://x"),
    ] {
        let error = config(&[(name, value)]).unwrap_err().to_string();
        assert!(error.starts_with(name), "{error}");
    }
}

#[test]
fn the_environment_wins_over_the_file() {
    let settings = file("workers = 3\nsandbox-image = \"mine\"\n");
    let source = Source::of_variables([("JITTEST_WORKERS", "5")]).with_file(settings.path()).unwrap();
    let config = ServiceConfig::from_source(source).unwrap();
    assert_eq!((config.workers, config.sandbox_image.as_str()), (5, "mine"));
}

#[test]
fn an_unknown_key_of_the_file_is_named() {
    let settings = file("wrokers = 3\n");
    let error = ServiceConfig::load(Some(settings.path())).unwrap_err().to_string();
    assert!(error.contains("unknown key \"wrokers\""), "{error}");
}

#[test]
fn secrets_are_never_shown() {
    let shown = format!("{:?}", config(GITHUB).unwrap());
    assert!(!shown.contains("hush") && !shown.contains("MIIE"), "{shown}");
}
