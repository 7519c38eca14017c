//! A repository's `jittest.toml`: strict, every problem with its line, the defaults where there is one.

mod quantity;
mod raw;

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use crate::domain::{Engine, RepositorySettings, SandboxLimits, Warning, limits};
use raw::RawSettings;

/// The file's name, in the root of a repository.
pub const FILE_NAME: &str = "jittest.toml";

/// One thing that is wrong with a `jittest.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsProblem {
    /// The line, from 1; `None` where it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl fmt::Display for SettingsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{FILE_NAME} line {line}: {}", self.message),
            None => write!(f, "{FILE_NAME}: {}", self.message),
        }
    }
}

impl SettingsProblem {
    /// The problem as a warning of a run that goes on with the defaults.
    pub fn warning(&self) -> Warning {
        let place = self.line.map_or_else(|| FILE_NAME.to_owned(), |line| format!("{FILE_NAME} line {line}"));
        Warning::new("settings", format!("{place} is wrong"), &self.message, "the default settings were used")
    }
}

/// What a `jittest.toml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The settings; the defaults where there is any problem.
    pub settings: RepositorySettings,
    /// What is wrong, in the order of the lines; at most `limits::SETTINGS_PROBLEMS`.
    pub problems: Vec<SettingsProblem>,
}

/// Reads the text of a `jittest.toml`. An empty one means the defaults.
pub fn parse(text: &str) -> Parsed {
    let problems = match read(text) {
        Ok(settings) => return Parsed { settings, problems: Vec::new() },
        Err(problems) => problems,
    };
    Parsed { settings: RepositorySettings::default(), problems }
}

/// Reads a `jittest.toml` as it came from a repository.
pub fn parse_bytes(bytes: &[u8]) -> Parsed {
    if bytes.len() > limits::SETTINGS_BYTES {
        return too_large();
    }
    std::str::from_utf8(bytes).map_or_else(|_| wrong("it is not UTF-8".to_owned()), parse)
}

/// What is said of a `jittest.toml` that is larger than one may be.
pub fn too_large() -> Parsed {
    wrong(format!("it has more than {} bytes", limits::SETTINGS_BYTES))
}

/// The whole file is wrong.
fn wrong(message: String) -> Parsed {
    Parsed { settings: RepositorySettings::default(), problems: vec![SettingsProblem { line: None, message }] }
}

/// The settings as a `jittest.toml` that says all of them.
pub fn to_toml(settings: &RepositorySettings) -> String {
    // Only a map with keys that aren't texts can't be written, and there is none.
    toml::to_string(&RawSettings::from(settings)).unwrap_or_default()
}

/// The JSON Schema of `jittest.toml`.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(RawSettings)
}

fn read(text: &str) -> Result<RepositorySettings, Vec<SettingsProblem>> {
    if text.len() > limits::SETTINGS_BYTES {
        let message = format!("{} bytes are too many: expected at most {}", text.len(), limits::SETTINGS_BYTES);
        return Err(vec![SettingsProblem { line: None, message }]);
    }
    let (mut document, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        let problems = syntax.iter().map(|error| problem(text, error));
        return Err(in_order(problems.collect()));
    }
    let mut problems = Vec::new();
    while problems.len() < limits::SETTINGS_PROBLEMS {
        let error = match RawSettings::deserialize(toml::de::Deserializer::from(document.clone())) {
            Ok(raw) if problems.is_empty() => return Ok(raw.into()),
            Ok(_) => break,
            Err(error) => error,
        };
        problems.push(problem(text, &error));
        // What is reported is taken out, so that the next one shows.
        let Some(span) = error.span() else { break };
        if !take_out(document.get_mut(), &span) {
            break;
        }
    }
    Err(in_order(problems))
}

fn problem(text: &str, error: &toml::de::Error) -> SettingsProblem {
    let line = error.span().map(|span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
    SettingsProblem { line, message: error.message().lines().collect::<Vec<_>>().join(" ") }
}

fn in_order(mut problems: Vec<SettingsProblem>) -> Vec<SettingsProblem> {
    problems.sort_by_key(|problem| problem.line);
    problems.dedup();
    problems.truncate(limits::SETTINGS_PROBLEMS);
    problems
}

/// Removes the innermost entry whose key or value stands where `span` starts.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> bool {
    for (_, value) in table.iter_mut() {
        if let DeValue::Table(inner) = value.get_mut()
            && take_out(inner, span)
        {
            return true;
        }
    }
    let found = table
        .iter()
        .find(|(key, value)| key.span().contains(&span.start) || value.span().contains(&span.start))
        .map(|(key, _)| key.clone());
    found.is_some_and(|key| table.remove(&key).is_some())
}

/// The most that a repository may ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceiling {
    /// The operator's engine.
    pub engine: Engine,
    /// Whether a model is configured.
    pub model: bool,
    /// The largest limits.
    pub sandbox: SandboxLimits,
    /// The most shards at a time: each has a sandbox of its own.
    pub max_parallel: u32,
}

impl Default for Ceiling {
    fn default() -> Self {
        Self {
            engine: Engine::Auto,
            model: false,
            sandbox: SandboxLimits {
                memory: limits::CEILING_MEMORY,
                cpus: limits::CEILING_CPUS,
                processes: limits::CEILING_PROCESSES,
                disk: limits::CEILING_DISK,
                output: limits::CEILING_OUTPUT,
                test_timeout: limits::CEILING_TEST_TIME,
                timeout: limits::CEILING_TIME,
            },
            max_parallel: limits::CEILING_PARALLEL,
        }
    }
}

/// Lowers what a repository asks for to the operator's ceiling, and says what was lowered.
pub fn under_ceiling(mut settings: RepositorySettings, ceiling: &Ceiling) -> (RepositorySettings, Vec<Warning>) {
    let mut warnings = Vec::new();
    let asked = settings.engine;
    settings.engine = allowed_engine(asked, ceiling);
    let wants_model = matches!(asked, Engine::Model | Engine::Both);
    if wants_model && settings.engine != asked {
        let why = if ceiling.model { "the operator's setting is the ceiling" } else { "no model is configured" };
        warnings.push(Warning::new(
            "settings",
            format!("engine = {:?} is not possible here", word(asked)),
            why,
            format!("the {} engine was used", word(settings.engine)),
        ));
    }
    let (own, most) = (&mut settings.sandbox, &ceiling.sandbox);
    lower("sandbox.memory", &mut own.memory, most.memory, &mut warnings);
    lower("sandbox.cpus", &mut own.cpus, most.cpus, &mut warnings);
    lower("sandbox.processes", &mut own.processes, most.processes, &mut warnings);
    lower("sandbox.disk", &mut own.disk, most.disk, &mut warnings);
    lower("sandbox.output", &mut own.output, most.output, &mut warnings);
    lower("sandbox.test-timeout", &mut own.test_timeout, most.test_timeout, &mut warnings);
    lower("sandbox.timeout", &mut own.timeout, most.timeout, &mut warnings);
    lower("max-parallel", &mut settings.max_parallel, ceiling.max_parallel, &mut warnings);
    warnings.extend(no_such_room(&settings.sandbox));
    (settings, warnings)
}

/// The default asks for more than there is, as it always did; what somebody wrote down is worth an answer.
fn no_such_room(own: &SandboxLimits) -> Option<Warning> {
    let (room, _) = own.room_in_memory();
    (room < own.disk && own.disk != SandboxLimits::default().disk).then(|| {
        let impact = format!("in a container it has {} MB: raise sandbox.memory too", room >> 20);
        let why = "a container's working folder is memory, and gets five eighths of it";
        Warning::new("settings", "sandbox.disk is more than there is", why, impact)
    })
}

fn allowed_engine(asked: Engine, ceiling: &Ceiling) -> Engine {
    if !ceiling.model {
        return Engine::Offline;
    }
    match (ceiling.engine, asked) {
        (Engine::Offline, _) => Engine::Offline,
        (Engine::Auto, asked) => asked,
        (most, Engine::Auto) => most,
        (Engine::Model, Engine::Both) => Engine::Model,
        (_, asked) => asked,
    }
}

fn word(engine: Engine) -> &'static str {
    match engine {
        Engine::Auto => "auto",
        Engine::Offline => "offline",
        Engine::Model => "model",
        Engine::Both => "both",
    }
}

fn lower<T: PartialOrd + Copy>(name: &str, value: &mut T, most: T, warnings: &mut Vec<Warning>) {
    if *value > most {
        *value = most;
        warnings.push(Warning::new(
            "settings",
            format!("{name} was lowered"),
            "it is over the operator's ceiling",
            "the ceiling was used",
        ));
    }
}

#[cfg(test)]
mod tests;
