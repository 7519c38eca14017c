//! Where a setting's text comes from: the environment first, then `.env`, then the settings file.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::{ConfigError, NAMES};

/// Settings as texts, by their names in the environment.
#[derive(Clone, Default)]
pub(super) struct Source {
    environment: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
}

/// Secrets are among the values: only the names are shown.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.environment.keys().chain(self.file.keys())).finish()
    }
}

impl Source {
    /// The process's environment, `.env` in the working folder, and the settings file.
    pub(super) fn of_process(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut environment = dot_env(Path::new(".env"))?;
        environment.extend(std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| NAMES.contains(&name.as_str()))?;
            Some((name, value.into_string().ok()?))
        }));
        let source = Self::of_variables(environment);
        match file {
            Some(path) => source.with_file(path),
            None => Ok(source),
        }
    }

    /// Besides, what a settings file says.
    pub(super) fn with_file(mut self, path: &Path) -> Result<Self, ConfigError> {
        self.file = settings_file(path)?;
        Ok(self)
    }

    /// These variables alone.
    pub(super) fn of_variables<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let environment = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { environment, file: BTreeMap::new() }
    }

    /// The text of a setting; an empty one is none.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        given(&self.environment, name).or_else(|| given(&self.file, name))
    }

    /// A secret: the setting itself, or the content of the file that `<name>_FILE` names.
    pub(super) fn secret(&self, name: &str) -> Result<Option<SecretString>, ConfigError> {
        let file_name = format!("{name}_FILE");
        for from in [&self.environment, &self.file] {
            if let Some(text) = given(from, name) {
                return Ok(Some(text.into()));
            }
            if let Some(path) = given(from, &file_name) {
                return read_secret(self.shown(&file_name), path.into()).map(Some);
            }
        }
        Ok(None)
    }

    /// A setting's name as its user wrote it: the file's where it stands there alone.
    pub(super) fn shown(&self, name: &str) -> String {
        if self.file.contains_key(name) && !self.environment.contains_key(name) {
            key_of(name)
        } else {
            name.to_owned()
        }
    }
}

fn given(from: &BTreeMap<String, String>, name: &str) -> Option<String> {
    from.get(name).filter(|text| !text.trim().is_empty()).cloned()
}

fn read_secret(name: String, path: PathBuf) -> Result<SecretString, ConfigError> {
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => Err(ConfigError::value(name, format!("{} is empty", path.display()))),
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).into()),
        Err(source) => Err(ConfigError::File { name, path, source }),
    }
}

/// A setting's name in the file.
fn key_of(name: &str) -> String {
    name.trim_start_matches("JITTEST_").to_ascii_lowercase().replace('_', "-")
}

fn dot_env(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let not_read = |source| ConfigError::File { name: ".env".to_owned(), path: path.to_owned(), source };
    let entries = match dotenvy::from_path_iter(path) {
        Ok(entries) => entries,
        Err(dotenvy::Error::Io(error)) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(dotenvy::Error::Io(error)) => return Err(not_read(error)),
        Err(_) => return Err(ConfigError::value(".env", "it can't be read")),
    };
    let mut variables = BTreeMap::new();
    for entry in entries {
        // The error would quote the line, and a line may hold a secret.
        let problem = "a line is no NAME=VALUE: put quotes around a value with spaces";
        let (name, value) = entry.map_err(|_| ConfigError::value(".env", problem))?;
        if NAMES.contains(&name.as_str()) {
            variables.insert(name, value);
        }
    }
    Ok(variables)
}

fn settings_file(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let name = || "--settings".to_owned();
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::File {
        name: name(),
        path: path.to_owned(),
        source,
    })?;
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        ConfigError::value(name(), format!("{} line {line}: {}", path.display(), error.message()))
    })?;
    let mut settings = BTreeMap::new();
    for (key, value) in table {
        let Some(known) = NAMES.iter().find(|known| key_of(known) == key) else {
            let problem = format!("unknown key {key:?} in {}", path.display());
            return Err(ConfigError::value(name(), problem));
        };
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            _ => return Err(ConfigError::value(key, "expected a text or a number")),
        };
        settings.insert((*known).to_owned(), text);
    }
    Ok(settings)
}
