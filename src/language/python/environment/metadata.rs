//! What an installed project says of itself, for code that asks `importlib.metadata`, and for plugins of pytest that
//! are found by it. The project itself is never installed: what runs is what is checked out.

use super::project::Project;
use super::requirements::normalised;
use crate::domain::SetUpStep;

/// The version of a project that names none.
const NO_VERSION: &str = "0.0.0";

/// Takes a distribution of the same name away (another package's need may have brought it) and puts ours there.
const PLACE: &str = "\
import importlib.metadata, shutil, subprocess, sys, sysconfig
for name in sys.argv[2:]:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        continue
    subprocess.run([sys.executable, '-m', 'pip', 'uninstall', '--yes', name], check=True)
shutil.copytree(sys.argv[1], sysconfig.get_path('purelib'), dirs_exist_ok=True)
";

/// The steps that give an environment the metadata of the projects that have a name.
pub(super) fn steps(environment: &str, projects: &[Project]) -> Vec<SetUpStep> {
    let folder = format!("{environment}-metadata");
    let mut steps = Vec::new();
    let mut place = vec![format!("{environment}/bin/python"), "-c".to_owned(), PLACE.to_owned(), folder.clone()];
    for project in projects {
        let Some(name) = &project.name else { continue };
        let file_name = normalised(name).replace('-', "_");
        let version = version(project);
        let at = format!("{folder}/{file_name}-{version}.dist-info");
        let content = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        steps.push(SetUpStep::Write { path: format!("{at}/METADATA"), content });
        let entry_points = entry_points(project);
        if !entry_points.is_empty() {
            steps.push(SetUpStep::Write { path: format!("{at}/entry_points.txt"), content: entry_points });
        }
        place.push(name.clone());
    }
    if !steps.is_empty() {
        steps.push(SetUpStep::Run(place));
    }
    steps
}

/// The project's version; one that could be something else in a file name is none.
pub(super) fn version(project: &Project) -> &str {
    let sound = |version: &&str| {
        version.starts_with(|first: char| first.is_ascii_digit())
            && version.chars().all(|char| char.is_ascii_alphanumeric() || ".+!_".contains(char))
    };
    project.version.as_deref().filter(sound).unwrap_or(NO_VERSION)
}

fn entry_points(project: &Project) -> String {
    let sound = |text: &str| !text.is_empty() && !text.contains(['\n', '\r', '[', ']', '=']);
    let mut groups: Vec<&str> = project.entry_points.iter().map(|(group, ..)| group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut text = String::new();
    for group in groups.into_iter().filter(|group| sound(group)) {
        text.push_str(&format!("[{group}]\n"));
        let entries = project.entry_points.iter().filter(|(of, name, _)| of == group && sound(name));
        entries.for_each(|(_, name, object)| text.push_str(&format!("{name} = {}\n", object.replace('\n', " "))));
    }
    text
}
