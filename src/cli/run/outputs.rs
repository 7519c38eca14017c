//! Where the forms of a report go, and the kept tests.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::{Format, ReportTo};
use crate::cli::{Failure, say};
use crate::domain::Report;
use crate::report::{console, json, junit, markdown, sarif};

/// The file that `md` writes without another name.
const MARKDOWN_FILE: &str = "jittest-report.md";

/// Where each form of the report goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outputs {
    to: Vec<(Format, Option<PathBuf>)>,
}

impl Outputs {
    /// What the flags ask for.
    ///
    /// # Errors
    /// Where two forms would be mixed on standard output.
    pub(super) fn plan(asked: &[ReportTo]) -> Result<Self, Failure> {
        let mut to = Vec::new();
        for report in asked {
            match report.format {
                Format::Both => {
                    to.push((Format::Console, None));
                    to.push((Format::Markdown, Some(report.file.clone().unwrap_or_else(|| MARKDOWN_FILE.into()))));
                }
                Format::Markdown => {
                    to.push((Format::Markdown, Some(report.file.clone().unwrap_or_else(|| MARKDOWN_FILE.into()))));
                }
                format => to.push((format, report.file.clone())),
            }
        }
        if asked.is_empty() {
            to.push((Format::Console, None));
        }
        for file in to.iter().filter_map(|(_, file)| file.as_deref()) {
            has_a_folder(file)?;
        }
        let outputs = Self { to };
        if outputs.machines_on_stdout() > 1 {
            return Err(Failure::wrong(
                "only one of json, sarif and junit can go to standard output: give the others =FILE",
            ));
        }
        Ok(outputs)
    }

    /// Whether a console report is shown at all.
    pub(super) fn shows_console(&self) -> bool {
        self.to.iter().any(|(format, file)| *format == Format::Console && file.is_none())
    }

    /// Whether nothing else is asked for than what is shown to people.
    pub(super) fn are_console_alone(&self) -> bool {
        self.to.iter().all(|(format, file)| *format == Format::Console && file.is_none())
    }

    fn machines_on_stdout(&self) -> usize {
        self.to.iter().filter(|(format, file)| file.is_none() && *format != Format::Console).count()
    }

    /// Whether standard output belongs to a machine's form, so that people's go to standard error.
    pub(super) fn stdout_is_taken(&self) -> bool {
        self.machines_on_stdout() > 0
    }

    /// Writes all forms.
    ///
    /// # Errors
    /// Where a file can't be written.
    pub(super) fn write(&self, report: &Report, verbose: bool) -> Result<(), Failure> {
        for (format, file) in &self.to {
            let colours = file.is_none() && !self.stdout_is_taken() && say::colours();
            let text = match format {
                Format::Console | Format::Both => console::render(report, console::Look { colours, verbose }),
                Format::Markdown => markdown::render(report),
                Format::Json => json::render(report),
                Format::Sarif => sarif::render(report),
                Format::Junit => junit::render(report),
            };
            match file {
                Some(file) => write_file(file, &text)?,
                None if *format == Format::Console && self.stdout_is_taken() => say::err(&text),
                None => say::out(&text),
            }
        }
        Ok(())
    }
}

/// Writes each kept test at its path below `folder`.
///
/// # Errors
/// Where a file can't be written.
pub(super) fn write_tests(report: &Report, folder: &Path) -> Result<(), Failure> {
    for found in &report.catches {
        let path = folder.join(found.test.path.as_str());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("making {}", parent.display()))
                .map_err(Failure::ours)?;
        }
        write_file(&path, &found.test.code)?;
        say::err_line(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// Known before the run, and not after it.
fn has_a_folder(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() && !file.is_dir() {
        return Ok(());
    }
    Err(Failure::wrong(format!("--report {}: there is no such folder, or it is one itself", file.display())))
}

fn write_file(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).with_context(|| format!("writing {}", file.display())).map_err(Failure::ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(asked: &[&str]) -> Result<Outputs, Failure> {
        Outputs::plan(&asked.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn the_console_is_the_default() {
        assert!(plan(&[]).unwrap().shows_console());
        assert!(!plan(&["json"]).unwrap().shows_console());
        assert!(plan(&[]).unwrap().are_console_alone());
        for other in ["json", "both", "console=out.txt"] {
            assert!(!plan(&["console", other]).unwrap().are_console_alone(), "{other}");
        }
    }

    #[test]
    fn both_is_console_and_markdown() {
        let outputs = plan(&["both"]).unwrap();
        assert_eq!(outputs.to, [(Format::Console, None), (Format::Markdown, Some("jittest-report.md".into()))]);
    }

    #[test]
    fn one_machine_form_has_standard_output_alone() {
        assert!(plan(&["json", "sarif"]).is_err());
        assert!(plan(&["json", "sarif=out.sarif", "console"]).unwrap().stdout_is_taken());
        assert!(!plan(&["json=out.json", "console"]).unwrap().stdout_is_taken());
    }

    #[test]
    fn a_file_that_can_not_be_written_is_refused_before_the_run() {
        assert!(plan(&["json=/nosuch/folder/out.json"]).is_err());
        assert!(plan(&["md=/"]).is_err());
    }
}
