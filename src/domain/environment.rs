//! The environment in which a repository's own tests run.

use std::path::PathBuf;
use std::time::Duration;

use super::RepoPath;

/// One step of building an environment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SetUpStep {
    /// An argument list of ours.
    Run(Vec<String>),
    /// A maintainer's own line, run by a shell.
    Shell(String),
    /// A file of ours that is written at this path of the image.
    Write {
        /// Absolute path in the image.
        path: String,
        /// Its content.
        content: String,
    },
}

/// What an environment is made from; its image is cached by the content of all of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct EnvironmentSpec {
    /// Another base image than the operator's.
    pub base_image: Option<String>,
    /// Debian packages.
    pub packages: Vec<String>,
    /// Dependency files that the steps read, with their contents. They lie in the working folder of the steps.
    pub files: Vec<(RepoPath, Vec<u8>)>,
    /// The steps, in order.
    pub steps: Vec<SetUpStep>,
    /// How the environment is found where none is built; no part of an image.
    pub active: ActiveEnvironment,
}

/// How the environment that is active on this machine is found, where none is built.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct ActiveEnvironment {
    /// The user's own work tree.
    pub work_tree: Option<PathBuf>,
    /// Folders of it that may hold an environment, in order: `.venv`.
    pub folders: Vec<String>,
    /// The interpreter's names, in order: `python3`.
    pub interpreters: Vec<String>,
    /// Arguments with which the interpreter ends with 0 where the environment has what tests need.
    pub probe: Vec<String>,
    /// What to do where it doesn't.
    pub fix: String,
}

/// Something that tests can run in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The sandbox's own name for it: an image id, or the path of an environment's interpreter.
    pub reference: String,
    /// Folders that come first on `PATH` inside.
    pub path_first: Vec<String>,
}

/// A step that failed: a value, as it is about the repository and not about us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedStep {
    /// The command.
    pub step: String,
    /// Its last lines.
    pub tail: String,
    /// What to do about it, in one line.
    pub fix: String,
}

/// Whether an environment could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// Yes.
    Ready {
        /// In this image.
        image: Image,
        /// Whether it was there already.
        cached: bool,
        /// How long it took.
        took: Duration,
    },
    /// No.
    Failed(FailedStep),
}

/// A prepared environment, as the stages use it: one image, in it an interpreter for each side.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The image.
    pub image: Image,
    /// The interpreter with base's dependencies: a path inside the image.
    pub base_interpreter: String,
    /// The interpreter with head's dependencies; the same as base's, unless the change touches them and may.
    pub head_interpreter: String,
    /// Folders of the repository, relative, that imports are looked up in, in order (`src`, `.`).
    pub import_roots: Vec<String>,
    /// How long building it took; zero where it was there already.
    pub took: Duration,
}
