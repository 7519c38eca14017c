//! Images: the base, and the environments that are made from it, cached by the content of what they are made from.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::errors::Error;
use bollard::models::ImageInspect;
use bollard::query_parameters::{CreateImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptions};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::super::failure::failed_step;
use super::build::{self, Built};
use super::container::OWNER;
use super::{DockerSandbox, refused};
use crate::domain::{EnvironmentSpec, FailedStep, Image, Prepared, SetUpStep, limits};
use crate::sandbox::SandboxError;

/// Label of an environment's image: the hash of what it is made from.
pub(super) const ENVIRONMENT: &str = "jittest.environment";
/// What an image's own `PATH` is where it names none.
const USUAL_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long another base image may take to arrive.
const PULL_TIME: Duration = Duration::from_secs(5 * 60);

/// The image of a name or id, where the engine has it.
pub(super) async fn find(docker: &Docker, name: &str) -> Result<Option<ImageInspect>, SandboxError> {
    match docker.inspect_image(name).await {
        Ok(image) => Ok(Some(image)),
        Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
        Err(error) => Err(refused(format!("inspect the image {name}"))(error)),
    }
}

/// That the operator's own base image isn't there, and what to do.
pub(super) fn base_is_missing(name: &str) -> SandboxError {
    let source = anyhow::anyhow!("it has no such image: run deploy/setup/base-image.sh");
    SandboxError::Refused { what: format!("use the image {name}"), source }
}

/// `PATH` inside: the environment's own folders, then the image's.
pub(super) async fn search_path(docker: &Docker, image: &Image) -> Result<String, SandboxError> {
    let found = find(docker, &image.reference).await?.ok_or_else(|| base_is_missing(&image.reference))?;
    let env = found.config.and_then(|config| config.env).unwrap_or_default();
    let own = env.iter().find_map(|variable| variable.strip_prefix("PATH=")).unwrap_or(USUAL_PATH);
    Ok(image.path_first.iter().map(String::as_str).chain([own]).collect::<Vec<_>>().join(":"))
}

/// Builds the environment of `spec`, or finds it.
pub(super) async fn prepare(sandbox: &DockerSandbox, spec: &EnvironmentSpec) -> Result<Prepared, SandboxError> {
    let started = Instant::now();
    let base = match base(sandbox, spec).await? {
        Ok(base) => base,
        Err(failed) => return Ok(Prepared::Failed(failed)),
    };
    if spec.packages.is_empty() && spec.files.is_empty() && spec.steps.is_empty() {
        return Ok(ready(base, true, Duration::ZERO));
    }
    if let Some(failed) = build::refuse(spec) {
        return Ok(Prepared::Failed(failed));
    }
    let hash = hash(spec, &base);
    let tag = format!("jittest-env:{}", &hash[..32]);
    let lock = {
        let mut builds = sandbox.builds.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(builds.entry(hash.clone()).or_default())
    };
    let _one_at_a_time = lock.lock().await;
    if let Some(id) = find(&sandbox.docker, &tag).await?.and_then(|image| image.id) {
        give(sandbox, &id);
        return Ok(ready(id, true, Duration::ZERO));
    }
    Ok(match build::build(sandbox, spec, &base, &tag, &hash).await? {
        Built::Image(id) => {
            give(sandbox, &id);
            if let Err(error) = remove_oldest(sandbox).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "old environments were not removed");
            }
            ready(id, false, started.elapsed())
        }
        Built::Failed(failed) => Prepared::Failed(failed),
    })
}

fn ready(reference: String, cached: bool, took: Duration) -> Prepared {
    Prepared::Ready { image: Image { reference, path_first: Vec::new() }, cached, took }
}

/// The id of the base image; one that the repository names is fetched, and where that fails it is the repository's.
async fn base(sandbox: &DockerSandbox, spec: &EnvironmentSpec) -> Result<Result<String, FailedStep>, SandboxError> {
    let name = spec.base_image.as_deref().unwrap_or(&sandbox.config.base_image);
    if let Some(image) = find(&sandbox.docker, name).await? {
        if spec.base_image.is_some() && is_environment(&image) {
            return Ok(Err(not_for_others(name)));
        }
        if let Some(id) = image.id {
            return Ok(Ok(id));
        }
    }
    if spec.base_image.is_none() {
        return Err(base_is_missing(name));
    }
    let said = tokio::time::timeout(PULL_TIME, pull(&sandbox.docker, name)).await;
    match find(&sandbox.docker, name).await?.and_then(|image| image.id) {
        Some(id) => Ok(Ok(id)),
        None => Ok(Err(FailedStep {
            fix: "make the image of [environment] image in jittest.toml available to the engine, or remove the line"
                .to_owned(),
            ..failed_step(
                &format!("docker pull {name}"),
                &said.unwrap_or_else(|_| "it took longer than 5 minutes".to_owned()),
            )
        })),
    }
}

/// Whether an image is an environment that was built for some repository: by its label, as it has many names.
fn is_environment(image: &ImageInspect) -> bool {
    let labels = image.config.as_ref().and_then(|config| config.labels.as_ref());
    labels.is_some_and(|labels| labels.contains_key(ENVIRONMENT))
}

/// Another repository's code may lie in it.
fn not_for_others(name: &str) -> FailedStep {
    FailedStep {
        step: format!("use the image {name}"),
        tail: "it is the environment of some repository, and not for another one".to_owned(),
        fix: "name another image under [environment] in jittest.toml, or remove the line".to_owned(),
    }
}

/// Fetches an image; gives back what went wrong, if anything.
async fn pull(docker: &Docker, name: &str) -> String {
    let (image, tag) = parts(name);
    let options = CreateImageOptionsBuilder::default().from_image(image).tag(tag).build();
    let mut progress = docker.create_image(Some(options), None, None);
    while let Some(item) = progress.next().await {
        if let Err(error) = item {
            return error.to_string();
        }
    }
    "the engine said nothing".to_owned()
}

/// An image's name, and its tag or digest.
fn parts(name: &str) -> (&str, &str) {
    if let Some(named) = name.split_once('@') {
        return named;
    }
    match name.rsplit_once(':') {
        Some((image, tag)) if !tag.contains('/') => (image, tag),
        _ => (name, "latest"),
    }
}

/// Removes the layers of a build that did not end well, by the last of them. One that another image stands on, or that
/// has a name, stays. The engine may still be ending what it did for the build, so that is tried a few times.
pub(super) async fn discard(docker: &Docker, layer: &str) -> Result<(), SandboxError> {
    for _ in 0..5 {
        let tags = find(docker, layer).await?.map(|image| image.repo_tags.unwrap_or_default());
        if tags.is_none_or(|tags| !tags.is_empty()) {
            return Ok(());
        }
        match docker.remove_image(layer, None::<RemoveImageOptions>, None).await {
            Ok(_) | Err(Error::DockerResponseServerError { status_code: 404, .. }) => return Ok(()),
            Err(Error::DockerResponseServerError { status_code: 409, .. }) => {}
            Err(error) => return Err(refused("remove the layers of a build")(error)),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// Removes the oldest environments of an owner past `limits::ENVIRONMENT_IMAGES`; one that a container uses, or that a run was just
/// given, stays.
pub(super) async fn remove_oldest(sandbox: &DockerSandbox) -> Result<usize, SandboxError> {
    let (docker, owner) = (&sandbox.docker, &sandbox.config.owner);
    let filters = HashMap::from([("label", vec![format!("{OWNER}={owner}"), ENVIRONMENT.to_owned()])]);
    let options = ListImagesOptionsBuilder::default().filters(&filters).build();
    let mut images = docker.list_images(Some(options)).await.map_err(refused("list its images"))?;
    images.sort_by_key(|image| std::cmp::Reverse(image.created));
    let mut removed = 0;
    let given = recently_given(sandbox);
    for image in images.iter().skip(limits::ENVIRONMENT_IMAGES).filter(|image| !given.contains(&image.id)) {
        match docker.remove_image(&image.id, None::<RemoveImageOptions>, None).await {
            Ok(_) => removed += 1,
            Err(Error::DockerResponseServerError { status_code: 404 | 409, .. }) => {}
            Err(error) => return Err(refused("remove an old environment")(error)),
        }
    }
    Ok(removed)
}

/// Notes that a run gets this environment, and that it must still be there when the run begins.
fn give(sandbox: &DockerSandbox, id: &str) {
    sandbox.given.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), Instant::now());
}

fn recently_given(sandbox: &DockerSandbox) -> HashSet<String> {
    let mut given = sandbox.given.lock().unwrap_or_else(PoisonError::into_inner);
    given.retain(|_, at| at.elapsed() < limits::ENVIRONMENT_USE);
    given.keys().cloned().collect()
}

/// SHA-256 over all that an environment is made from, each part with its length in front.
fn hash(spec: &EnvironmentSpec, base: &str) -> String {
    let mut hasher = Sha256::new();
    let mut part = |kind: &str, bytes: &[u8]| {
        hasher.update(format!("{kind} {}\n", bytes.len()));
        hasher.update(bytes);
    };
    part("recipe", build::RECIPE.as_bytes());
    part("base", base.as_bytes());
    for package in &spec.packages {
        part("package", package.as_bytes());
    }
    for (path, content) in &spec.files {
        part("path", path.as_str().as_bytes());
        part("content", content);
    }
    for step in &spec.steps {
        match step {
            SetUpStep::Run(argv) => {
                part("run", argv.len().to_string().as_bytes());
                argv.iter().for_each(|argument| part("argument", argument.as_bytes()));
            }
            SetUpStep::Shell(line) => part("shell", line.as_bytes()),
            SetUpStep::Write { path, content } => {
                part("write", path.as_bytes());
                part("content", content.as_bytes());
            }
        }
    }
    hex::encode(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepoPath;

    #[test]
    fn an_image_is_fetched_by_its_digest_or_its_tag() {
        for (name, expected) in [
            ("python", ("python", "latest")),
            ("python:3.12", ("python", "3.12")),
            ("registry:5000/python", ("registry:5000/python", "latest")),
            ("python@sha256:abc", ("python", "sha256:abc")),
            ("registry:5000/python:3.12@sha256:abc", ("registry:5000/python:3.12", "sha256:abc")),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
    }

    #[test]
    fn an_environment_is_told_by_its_label_whatever_its_name() {
        let labelled = |label: &str| ImageInspect {
            config: Some(bollard::models::ImageConfig {
                labels: Some(HashMap::from([(label.to_owned(), "x".to_owned())])),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert!(is_environment(&labelled(ENVIRONMENT)));
        assert!(!is_environment(&labelled("maintainer")) && !is_environment(&ImageInspect::default()));
    }

    #[test]
    fn every_part_of_a_spec_changes_its_hash() {
        let spec = EnvironmentSpec::default();
        let file = |content: &[u8]| (RepoPath::parse("requirements.txt").unwrap(), content.to_vec());
        let run = |argv: &[&str]| SetUpStep::Run(argv.iter().map(|&argument| argument.to_owned()).collect());
        let hashes = [
            hash(&spec, "a"),
            hash(&spec, "b"),
            hash(&EnvironmentSpec { packages: vec!["x".to_owned()], ..spec.clone() }, "a"),
            hash(&EnvironmentSpec { files: vec![file(b"x")], ..spec.clone() }, "a"),
            hash(&EnvironmentSpec { files: vec![file(b"y")], ..spec.clone() }, "a"),
            hash(&EnvironmentSpec { steps: vec![run(&["a", "b"])], ..spec.clone() }, "a"),
            hash(&EnvironmentSpec { steps: vec![run(&["a b"])], ..spec.clone() }, "a"),
            hash(&EnvironmentSpec { steps: vec![run(&["a"]), run(&["b"])], ..spec.clone() }, "a"),
            hash(&EnvironmentSpec { steps: vec![SetUpStep::Shell("a b".to_owned())], ..spec.clone() }, "a"),
        ];
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
        assert_eq!(hash(&spec, "a"), hashes[0]);
    }
}
