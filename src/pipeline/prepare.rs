//! *prepare*: the environment in which the repository's own tests run.

use std::path::{Path, PathBuf};

use crate::domain::{
    Checkout, Environment, FailedStep, Image, Prepared, RepoPath, RepositorySettings, SourceTree, Warning,
};
use crate::language::{EnvironmentPlan, Language};
use crate::sandbox::{Sandbox, SandboxError};

/// What came of preparing.
#[derive(Clone, Debug)]
pub enum PrepareOutcome {
    /// Tests can run.
    Ready {
        /// In this.
        environment: Environment,
        /// What was left out on the way.
        warnings: Vec<Warning>,
    },
    /// They can't: the verdict is inconclusive.
    Failed {
        /// The step that failed.
        step: FailedStep,
        /// What was left out on the way.
        warnings: Vec<Warning>,
    },
}

/// Makes the environment of a check-out, or finds it; `use_head_dependencies` allows head's dependencies besides
/// base's. Modules that only a build would write are put into both trees of the check-out.
///
/// # Errors
/// [`SandboxError`] where we could not find out.
pub async fn prepare(
    checkout: &Checkout,
    language: &dyn Language,
    settings: &RepositorySettings,
    use_head_dependencies: bool,
    sandbox: &dyn Sandbox,
) -> Result<PrepareOutcome, SandboxError> {
    let mut plan = language.environment(&checkout.base, &checkout.head, use_head_dependencies, &settings.environment);
    let mut warnings = std::mem::take(&mut plan.warnings);
    for tree in [&checkout.base, &checkout.head] {
        write_missing(tree, &plan.generated)?;
    }
    if sandbox.builds_images() {
        warnings.extend(plan.head_ignored.then(|| head_is_ignored(&plan)));
    } else {
        plan.spec.active.work_tree = work_tree(&checkout.repository);
    }
    Ok(match sandbox.prepare(&plan.spec).await? {
        Prepared::Failed(step) => PrepareOutcome::Failed { step, warnings },
        Prepared::Ready { image, took, .. } => {
            let (base_interpreter, head_interpreter) = if sandbox.builds_images() {
                (plan.base_interpreter, plan.head_interpreter)
            } else {
                (image.reference.clone(), image.reference.clone())
            };
            let image = Image { path_first: path_first(&image, &base_interpreter), ..image };
            let import_roots = plan.import_roots;
            let environment = Environment { image, base_interpreter, head_interpreter, import_roots, took };
            PrepareOutcome::Ready { environment, warnings }
        }
    })
}

/// Tools of the environment are found by their names.
fn path_first(image: &Image, interpreter: &str) -> Vec<String> {
    let own = Path::new(interpreter).parent().filter(|folder| folder.is_absolute());
    let own = own.map(|folder| folder.display().to_string()).filter(|folder| !image.path_first.contains(folder));
    own.into_iter().chain(image.path_first.iter().cloned()).collect()
}

fn head_is_ignored(plan: &EnvironmentPlan) -> Warning {
    let files: Vec<&str> = plan.dependency_files.iter().map(RepoPath::as_str).collect();
    Warning::new(
        "prepare",
        format!("the change's own dependencies were not installed ({})", files.join(", ")),
        "dependencies-from does not allow head's here",
        "code that needs a new package fails to import, and is not tested",
    )
}

/// The user's work tree, where the repository is theirs; a cache of ours has none.
fn work_tree(repository: &Path) -> Option<PathBuf> {
    // One that can't be opened any more has no environment to offer either.
    let repository = git2::Repository::open(repository).ok()?;
    repository.workdir().map(Path::to_path_buf)
}

/// Writes files that a tree has not; a folder that is a link is left alone, as it could lead anywhere.
fn write_missing(tree: &SourceTree, files: &[(RepoPath, String)]) -> Result<(), SandboxError> {
    for (path, content) in files {
        let at = tree.path_of(path);
        let package = tree.folder.join(path.folder());
        let is_inside = package
            .canonicalize()
            .is_ok_and(|real| tree.folder.canonicalize().is_ok_and(|root| real.starts_with(root)));
        if is_inside && std::fs::symlink_metadata(&at).is_err() {
            let failed = |source| SandboxError::Host { what: format!("write {path} to the check-out"), source };
            std::fs::write(&at, content).map_err(failed)?;
        }
    }
    Ok(())
}
