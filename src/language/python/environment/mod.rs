//! What a Python repository needs so that its own tests run: read from its files, none of them executed.
//!
//! Each side has a virtual environment with its dependencies, and pytest where the repository does not name it. The
//! repository's own packages are not installed: they are imported from the check-out, by the import roots.
//! [`needs`] says which files are read, in which order; [`roots`] where imports are looked up.

mod locks;
mod metadata;
mod needs;
mod poetry;
mod project;
mod pyproject;
mod requirements;
mod roots;
mod setup_cfg;
mod setup_py;

use crate::domain::{
    ActiveEnvironment, EnvironmentSettings, EnvironmentSpec, RepoPath, SetUpStep, SourceTree, Warning,
};
use crate::language::EnvironmentPlan;

use needs::Needs;
use project::join;

/// The interpreter of the sandbox image that has pytest and nothing else.
const TOOLS: &str = "/opt/jittest/tools/bin/python";
/// pytest as wheels, in the sandbox image.
const WHEELS: &str = "/opt/jittest/wheels";
/// The folder that environments lie in.
const ENVIRONMENTS: &str = "/opt/jittest/env";
/// pytest, where the repository names none and nothing else it needs forbids this one.
const PYTEST: &str = "pytest>=6.2,<=8.4.2";
/// Source files that are searched for questions about installed packages.
const SEARCHED: usize = 3_000;

/// The environment of a change: base's dependencies, and head's besides where they differ and `use_head` allows it.
pub(super) fn environment(
    base: &SourceTree,
    head: &SourceTree,
    use_head: bool,
    settings: &EnvironmentSettings,
) -> EnvironmentPlan {
    let (base_needs, head_needs) = (Needs::of(base), Needs::of(head));
    let differ = !base_needs.same_as(&head_needs);
    let mut plan = EnvironmentPlan {
        import_roots: import_roots(base, head, &base_needs, &head_needs),
        head_ignored: differ && !use_head,
        warnings: warnings(&base_needs, &head_needs),
        generated: generated(&head_needs),
        ..EnvironmentPlan::default()
    };
    let mut files: Vec<RepoPath> = base_needs.files.iter().chain(&head_needs.files).cloned().collect();
    files.sort();
    files.dedup();
    plan.dependency_files = files;
    plan.spec = EnvironmentSpec {
        base_image: settings.image.clone(),
        packages: settings.packages.clone(),
        steps: settings.set_up.iter().cloned().map(SetUpStep::Shell).collect(),
        active: active(),
        ..EnvironmentSpec::default()
    };
    plan.base_interpreter = side("base", base, &base_needs, settings, &mut plan.spec);
    plan.head_interpreter = if differ && use_head {
        side("head", head, &head_needs, settings, &mut plan.spec)
    } else {
        plan.base_interpreter.clone()
    };
    plan
}

/// Adds the steps of one side's environment; gives back its interpreter.
fn side(
    name: &str,
    tree: &SourceTree,
    needs: &Needs,
    settings: &EnvironmentSettings,
    spec: &mut EnvironmentSpec,
) -> String {
    let own_image = settings.image.is_none();
    if own_image && needs.is_empty() && !is_asked_for(tree, needs) {
        return TOOLS.to_owned();
    }
    let environment = format!("{ENVIRONMENTS}/{name}");
    let interpreter = format!("{environment}/bin/python");
    spec.steps.push(run(&["python3", "-m", "venv", &environment]));
    let install = install(name, &interpreter, needs, own_image, spec);
    spec.steps.push(install);
    spec.steps.extend(metadata::steps(&environment, &needs.projects));
    interpreter
}

/// The one command that installs all of a side's packages, whose list it adds to the files.
fn install(name: &str, interpreter: &str, needs: &Needs, own_image: bool, spec: &mut EnvironmentSpec) -> SetUpStep {
    let requirements = &needs.requirements;
    let mut lines: Vec<&str> = requirements.options.iter().chain(&requirements.packages).map(String::as_str).collect();
    if !requirements.names("pytest") {
        lines.push(PYTEST);
    }
    let mut command = vec![interpreter, "-m", "pip", "install", "--progress-bar", "off"];
    if own_image {
        command.extend(["--find-links", WHEELS]);
    }
    if own_image && needs.is_empty() {
        // pytest alone: the image has it, and no network is needed.
        command.push("--no-index");
    }
    let mut file = |kind: &str, lines: &[&str]| {
        let path = format!("{name}/{kind}.txt");
        let content = lines.iter().flat_map(|line| [line, "\n"]).collect::<String>();
        spec.files.extend(RepoPath::parse(&path).map(|path| (path, content.into_bytes())));
        path
    };
    let list = file("requirements", &lines);
    command.extend(["-r", &list]);
    let constraints: Vec<&str> = requirements.constraints.iter().map(String::as_str).collect();
    let pins = (!constraints.is_empty()).then(|| file("constraints", &constraints));
    if let Some(pins) = &pins {
        command.extend(["-c", pins]);
    }
    run(&command)
}

fn run(argv: &[&str]) -> SetUpStep {
    SetUpStep::Run(argv.iter().map(|&argument| argument.to_owned()).collect())
}

/// Whether anything can tell that the own projects are not installed: an entry point, or code that asks.
fn is_asked_for(tree: &SourceTree, needs: &Needs) -> bool {
    if needs.projects.iter().all(|project| project.name.is_none()) {
        return false;
    }
    let asks =
        |text: String| ["importlib.metadata", "importlib_metadata", "pkg_resources"].iter().any(|m| text.contains(m));
    let mut sources = tree.files.iter().filter(|file| file.as_str().ends_with(".py")).take(SEARCHED);
    needs.projects.iter().any(|project| !project.entry_points.is_empty())
        || sources.any(|file| tree.text(file.as_str()).is_some_and(asks))
}

/// Head's import roots, then those that only base has.
fn import_roots(base: &SourceTree, head: &SourceTree, base_needs: &Needs, head_needs: &Needs) -> Vec<String> {
    let mut all = roots::import_roots(head, &head_needs.projects);
    for root in roots::import_roots(base, &base_needs.projects) {
        if !all.contains(&root) {
            all.push(root);
        }
    }
    all
}

/// Modules that only a build writes, with the version in them.
fn generated(needs: &Needs) -> Vec<(RepoPath, String)> {
    let module = |project: &project::Project| {
        let path = RepoPath::parse(&join(&project.folder, project.version_file.as_deref()?)).ok()?;
        let version = metadata::version(project);
        let numbers: Vec<&str> =
            version.split('.').filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).collect();
        let tuple = numbers.iter().flat_map(|number| [number, ", "]).collect::<String>();
        let text = format!(
            "__version__ = version = {version:?}\n__version_tuple__ = version_tuple = ({tuple})\n\
             __commit_id__ = commit_id = None\n"
        );
        Some((path, text))
    };
    needs.projects.iter().filter_map(module).collect()
}

fn warnings(base: &Needs, head: &Needs) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut unclear: Vec<&String> = base.unclear.iter().chain(&head.unclear).collect();
    unclear.sort();
    unclear.dedup();
    for what in unclear.into_iter().take(10) {
        let impact = "a package may be missing: name it in a requirements file, or under [environment] set-up";
        warnings.push(Warning::new("prepare", what, "dependency files are read, not run", impact));
    }
    if base.projects.iter().chain(&head.projects).any(|project| project.compiled) {
        let impact = "code that needs them fails to import, and is not tested";
        let why = "the repository's own build is not run";
        warnings.push(Warning::new("prepare", "compiled extension modules are not built", why, impact));
    }
    warnings
}

/// Where nothing is built: the repository's virtual environment, the shell's, the first on the PATH.
fn active() -> ActiveEnvironment {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    ActiveEnvironment {
        work_tree: None,
        folders: texts(&[".venv", "venv", "env"]),
        interpreters: texts(&["python3", "python"]),
        probe: texts(&["-I", "-B", "-c", "import pytest"]),
        fix: "install pytest in this environment (python -m pip install pytest), or activate the one that has it"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests;
