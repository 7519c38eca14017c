//! The flags of `jittest run`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use crate::domain::{DiffSource, Engine};

/// The flags of `jittest run`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RunArgs {
    /// The repository: any folder inside it. It is only read.
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(super) repo: PathBuf,
    /// What is compared: staged, uncommitted, branch:<name>, HEAD~<n>, or <base>..<head>.
    #[arg(long, value_name = "SOURCE", default_value = "staged", value_parser = diff_source)]
    pub(super) diff: DiffSource,
    /// Take the whole tree as the change: tests for a project that has none.
    #[arg(long, conflicts_with = "diff")]
    pub(super) all: bool,
    /// Only the symbol of this name (`total`, `shop.cart.total`); can be given several times.
    #[arg(long = "target", value_name = "NAME")]
    pub(super) targets: Vec<String>,
    /// How to report: console, md, json, sarif, junit, both; `=FILE` writes it there. Can be given several times.
    #[arg(long = "report", value_name = "FORMAT[=FILE]")]
    pub(super) reports: Vec<ReportTo>,
    /// Write each kept test below this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) tests_out: Option<PathBuf>,
    /// The change's title, as a pull request has one.
    #[arg(long, value_name = "T", default_value = "")]
    pub(super) title: String,
    /// A file with the change's description.
    #[arg(long, value_name = "F")]
    pub(super) body_file: Option<PathBuf>,
    /// Another file than the repository's jittest.toml.
    #[arg(long, value_name = "F")]
    pub(super) config: Option<PathBuf>,
    /// Who generates.
    #[arg(long, value_enum)]
    pub(super) engine: Option<EngineName>,
    /// Whose language model.
    #[arg(long, value_enum)]
    pub(super) provider: Option<Provider>,
    /// Which language model.
    #[arg(long, value_name = "NAME")]
    pub(super) model: Option<String>,
    /// Where it answers.
    #[arg(long, value_name = "ENDPOINT")]
    pub(super) endpoint: Option<String>,
    /// Where the code runs. auto: Docker where it answers, else process, with a warning.
    #[arg(long, value_enum, default_value_t)]
    pub(super) sandbox: SandboxName,
    /// What ends with status 1.
    #[arg(long, value_enum, default_value_t)]
    pub(super) fail_on: FailOn,
    /// Shards at a time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=32))]
    pub(super) max_parallel: Option<u32>,
    /// Stop after the intent, and print it.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Show what each sandbox run used.
    #[arg(long, short)]
    pub(super) verbose: bool,
}

const EXAMPLES: &str = "\
Examples:
  jittest run                                        test what is staged
  jittest run --diff branch:main --fail-on regression
  jittest run --diff HEAD~1 --report both --tests-out /tmp/tests
  jittest run --diff v1.2..HEAD --report json > report.json
  jittest run --diff uncommitted --report sarif=out.sarif --report junit=out.xml
  jittest run --all --target shop.cart.total

Exit status: 0 it ran; 1 --fail-on found what it names; 2 the call or a configuration is wrong;
3 inconclusive; 4 the tool itself failed.";

/// `--engine`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineName {
    Auto,
    Offline,
    Model,
    Both,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Auto => Self::Auto,
            EngineName::Offline => Self::Offline,
            EngineName::Model => Self::Model,
            EngineName::Both => Self::Both,
        }
    }
}

/// `--provider`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Provider {
    Ollama,
    Openai,
    Gemini,
}

/// `--sandbox`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SandboxName {
    /// Docker where it answers, else process, with a warning.
    #[default]
    Auto,
    /// A container without network, root, or anything of the host.
    Docker,
    /// Processes of this machine, in the environment that is active.
    Process,
}

/// `--fail-on`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// A proven regression.
    Regression,
    /// A regression or a hardening test.
    Any,
    /// Nothing.
    #[default]
    Never,
}

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Console,
    Markdown,
    Json,
    Sarif,
    Junit,
    Both,
}

/// `--report`: a form, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReportTo {
    pub(super) format: Format,
    pub(super) file: Option<PathBuf>,
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("the file's name is missing after `=`".to_owned()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = match format {
            "console" => Format::Console,
            "md" => Format::Markdown,
            "json" => Format::Json,
            "sarif" => Format::Sarif,
            "junit" => Format::Junit,
            "both" => Format::Both,
            _ => return Err("expected console, md, json, sarif, junit or both, and =FILE where wanted".to_owned()),
        };
        Ok(Self { format, file })
    }
}

/// What `--diff` names.
///
/// # Errors
/// A sentence that says what is expected.
pub(crate) fn diff_source(text: &str) -> Result<DiffSource, String> {
    let named = |name: &str| (!name.is_empty() && !name.starts_with('-')).then(|| name.to_owned());
    let understood = match text {
        "staged" => Some(DiffSource::Staged),
        "uncommitted" => Some(DiffSource::Uncommitted),
        _ => {
            if let Some(name) = text.strip_prefix("branch:") {
                named(name).map(DiffSource::Branch)
            } else if let Some((base, head)) = text.split_once("..") {
                // Three dots mean the merge base to git: that is `branch:`, and not guessed here.
                named(base)
                    .zip(named(head).filter(|head| !head.starts_with('.')))
                    .map(|(base, head)| DiffSource::Range(base, head))
            } else {
                text.strip_prefix("HEAD~").and_then(|n| n.parse().ok()).filter(|n| *n > 0).map(DiffSource::Back)
            }
        }
    };
    understood.ok_or_else(|| "expected staged, uncommitted, branch:<name>, HEAD~<n>, or <base>..<head>".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_diff_source_is_understood() {
        let range = DiffSource::Range("v1".to_owned(), "HEAD".to_owned());
        for (text, source) in [
            ("staged", DiffSource::Staged),
            ("uncommitted", DiffSource::Uncommitted),
            ("branch:main", DiffSource::Branch("main".to_owned())),
            ("branch:feature/a", DiffSource::Branch("feature/a".to_owned())),
            ("HEAD~3", DiffSource::Back(3)),
            ("v1..HEAD", range),
        ] {
            assert_eq!(diff_source(text), Ok(source.clone()));
            assert_eq!(source.to_string(), text);
        }
        for bad in ["", "HEAD", "HEAD~0", "HEAD~x", "branch:", "..b", "a..", "a...b", "--all", "branch:-x"] {
            assert!(diff_source(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn every_report_is_understood() {
        let to = |text: &str| text.parse::<ReportTo>();
        assert_eq!(to("console"), Ok(ReportTo { format: Format::Console, file: None }));
        assert_eq!(to("json=a=b.json"), Ok(ReportTo { format: Format::Json, file: Some(PathBuf::from("a=b.json")) }));
        for bad in ["", "html", "json=", "=x", "JSON"] {
            assert!(to(bad).is_err(), "{bad:?} was taken");
        }
    }
}
