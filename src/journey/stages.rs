//! The run itself: each stage in order, with its time, its progress and its warnings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use anyhow::Context as _;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::findings::{self, Ran, Scene};
use super::{JourneyError, Request, Source, Tools};
use crate::agent;
use crate::domain::{
    Checkout, DependenciesFrom, Environment, GeneratedTest, Intent, RepoPath, Report, RepositorySettings, Shard, Side,
    StageTime, TreeMap, Verdict, Warning,
};
use crate::language::{self, Language};
use crate::pipeline::checkout::{self, LocalError};
use crate::pipeline::diff::{self, Diffed};
use crate::pipeline::execute::{self, Execution, MatrixInputs};
use crate::pipeline::generate::{Exploration, Explored};
use crate::pipeline::infer::{self, IntentInputs};
use crate::pipeline::map::{self, MapInputs, Mapped, Reading};
use crate::pipeline::mutate::{self, Mutated};
use crate::pipeline::polish::{self, Unpolished};
use crate::pipeline::prepare::{self, PrepareOutcome};
use crate::pipeline::report::count;
use crate::pipeline::shard;
use crate::sandbox::{Ahead, SandboxError};

/// One run: the report as it grows, and what it is made with.
pub(super) struct Run<'t> {
    tools: &'t Tools,
    report: Report,
}

/// What the commits of a change say.
struct CommitMessages {
    /// The first line of each.
    subjects: Vec<String>,
    /// What the only one says below.
    body: String,
}

impl<'t> Run<'t> {
    pub(super) fn new(tools: &'t Tools, warnings: Vec<Warning>) -> Self {
        let mut report = Report::empty(Verdict::Clear);
        report.warnings = warnings;
        Self { tools, report }
    }

    /// All stages, in order. An early return is a run that has nothing more to find out.
    pub(super) async fn go(mut self, request: &Request) -> Result<Report, JourneyError> {
        let (checkout, said) = self.checkout(request).await?;
        let (checkout, diffed) = self.diff(checkout).await?;
        if diffed.change.files.is_empty() {
            let limit = self.report.limits_hit.first().cloned();
            return Ok(match limit {
                Some(limit) => self.inconclusive(findings::too_large(&limit)),
                None => self.ends(findings::no_changes(&request.source)),
            });
        }
        let Some(language) = language_of(&diffed) else {
            let unseen = unseen(&diffed, None, &request.settings);
            return Ok(self.without_targets(&unseen));
        };
        let roots = import_roots(language, &checkout, request);
        let mut mapped = self.map(map_inputs(&diffed, &checkout, language, &roots, request));
        let intent = self.infer(request, &said, &diffed, &mapped);
        if request.dry_run {
            return Ok(self.report);
        }
        if mapped.map.targets.is_empty() {
            let unseen = unseen(&diffed, Some(&mapped), &request.settings);
            return Ok(self.without_targets(&unseen));
        }
        let (checkout, tree) = self.tree(checkout, request).await?;
        self.routes(map_inputs(&diffed, &checkout, language, &roots, request), &tree, &mut mapped);
        let shards = self.shard(&checkout, tree, &mapped, request).await?;
        let mutated = self.mutate(&diffed, &mapped, language);
        let Some(environment) = self.prepare(&checkout, language, request).await? else { return Ok(self.report) };
        let scene = Scene {
            request,
            checkout: &checkout,
            diffed: &diffed,
            map: &mapped.map,
            intent: &intent,
            language,
            environment: &environment,
            mutants: &mutated.mutants,
            base_mutants: &mutated.of_base,
        };
        let _polishing = self.ahead(&scene, "polish");
        let explored = self.generate(&scene, &shards).await?;
        let _executing = self.ahead(&scene, "execute");
        let tests = self.polish(&scene, findings::place(&scene, &explored)).await?;
        let execution = self.execute(&scene, &tests).await?;
        self.conclude(&scene, &explored, &tests, execution);
        Ok(self.report)
    }

    /// A run that could not find out.
    fn inconclusive(mut self, why: crate::domain::Cause) -> Report {
        self.report.verdict = Verdict::Inconclusive;
        self.report.causes.push(why);
        self.report
    }

    /// A run that ends with nothing to test.
    fn ends(mut self, why: crate::domain::Cause) -> Report {
        self.report.verdict = Verdict::NothingToTest;
        self.report.causes.push(why);
        self.report
    }

    /// A run without targets: there was nothing to test, unless something that may hold targets was not looked at.
    fn without_targets(self, unseen: &BTreeMap<RepoPath, String>) -> Report {
        match findings::not_looked_at(unseen) {
            Some(cause) => self.inconclusive(cause),
            None => self.ends(findings::no_targets()),
        }
    }

    async fn checkout(&mut self, request: &Request) -> Result<(Checkout, CommitMessages), JourneyError> {
        let started = self.begin("checkout", "reading the repository");
        let source = request.source.clone();
        let (checkout, said) = blocking(move || match source {
            Source::Local { repository, diff } => match checkout::local(&repository, &diff) {
                Ok(change) => {
                    let said = CommitMessages { subjects: change.commit_subjects, body: change.commit_body };
                    Ok((change.checkout, said))
                }
                Err(LocalError::Usage(words)) => Err(JourneyError::Usage(words)),
                Err(LocalError::Failed(error)) => Err(JourneyError::Internal(error)),
            },
            Source::Pull { subject, pull, access, cache } => {
                let checkout = checkout::pull_request(&subject, &pull, &access, &cache);
                let said = CommitMessages { subjects: pull.commit_subjects.clone(), body: String::new() };
                checkout.map(|checkout| (checkout, said)).map_err(JourneyError::Checkout)
            }
        })
        .await??;
        self.report.base = Side { sha: checkout.base.revision.sha().cloned() };
        self.report.head = Side { sha: checkout.head.revision.sha().cloned() };
        self.report.warnings.extend(checkout.warnings.iter().cloned());
        self.took("checkout", started);
        Ok((checkout, said))
    }

    async fn diff(&mut self, checkout: Checkout) -> Result<(Checkout, Diffed), JourneyError> {
        let started = self.begin("diff", "reading the change");
        let (checkout, diffed) = blocking(move || {
            let diffed = diff::diff(&checkout);
            (checkout, diffed)
        })
        .await?;
        let diffed = diffed.map_err(JourneyError::Internal)?;
        self.report.warnings.extend(diffed.warnings.iter().cloned());
        self.report.limits_hit.extend(diffed.limits_hit.iter().cloned());
        let lines = diffed.change.files.iter().map(|file| (file.path.clone(), file.commentable_lines()));
        self.report.commentable = lines.collect();
        self.took("diff", started);
        Ok((checkout, diffed))
    }

    fn map(&mut self, inputs: MapInputs<'_>) -> Mapped {
        let started = self.begin("map", "finding what the change touches");
        let mapped = map::map(&inputs);
        self.report.warnings.extend(mapped.warnings.iter().cloned());
        self.report.counts.targets = count(mapped.map.targets.len());
        self.report.counts.dropped.extend(mapped.dropped.clone());
        self.took("map", started);
        mapped
    }

    async fn tree(&mut self, checkout: Checkout, request: &Request) -> Result<(Checkout, TreeMap), JourneyError> {
        let started = self.begin("tree", "reading the whole tree");
        let (remembered, progress) = (request.remembered.clone(), self.tools.progress.clone());
        let read = move || {
            let parsed = AtomicUsize::new(0);
            let reading = Reading { cache: remembered.as_deref(), parsed: Some(&parsed), ..Reading::default() };
            let tree = map::tree(&checkout.head, &reading);
            progress.at("tree", 0, 0, &super::parsed(&tree, &parsed));
            (checkout, tree)
        };
        let (checkout, tree) = blocking(read).await?;
        self.report.warnings.extend(tree.not_remembered.clone());
        self.took("tree", started);
        Ok((checkout, tree))
    }

    /// Adds the routes that the change shows through.
    fn routes(&mut self, inputs: MapInputs<'_>, tree: &TreeMap, mapped: &mut Mapped) {
        let known = mapped.warnings.len();
        map::add_routes(&inputs, tree, mapped);
        self.report.warnings.extend(mapped.warnings.iter().skip(known).cloned());
        self.report.counts.targets = count(mapped.map.targets.len());
        self.report.counts.dropped.extend(mapped.dropped.clone());
    }

    /// Divides the targets by the batches of the whole tree.
    async fn shard(
        &mut self,
        checkout: &Checkout,
        tree: TreeMap,
        mapped: &Mapped,
        request: &Request,
    ) -> Result<Vec<Shard>, JourneyError> {
        let started = self.begin("shard", "grouping files and targets");
        let batched = blocking(move || shard::batches(&tree)).await?;
        let batched = batched.map_err(|error| JourneyError::Internal(error.into()))?;
        let (files, batches) = (batched.batches.total_files, batched.batches.total_batches);
        let what = format!("{files} files in {batches} batches (up to {} concurrent)", request.settings.max_parallel);
        self.tools.progress.at("shard", 0, 0, &what);
        self.report.warnings.extend(batched.warnings);
        let shards = shard::shard(&mapped.map, &checkout.head, &batched.batches);
        self.report.counts.shards = count(shards.len());
        self.took("shard", started);
        Ok(shards)
    }

    fn infer(&mut self, request: &Request, said: &CommitMessages, diffed: &Diffed, mapped: &Mapped) -> Intent {
        let started = self.begin("infer", "reading what the change means to do");
        // A forge makes a pull request's description of the only commit's message; here nobody does.
        let body = if request.body.trim().is_empty() { &said.body } else { &request.body };
        let inputs = IntentInputs { title: &request.title, body, commit_subjects: &said.subjects };
        let intent = infer::infer(inputs, &diffed.change, &mapped.map);
        self.report.intent = Some(intent.clone());
        self.took("infer", started);
        intent
    }

    fn mutate(&mut self, diffed: &Diffed, mapped: &Mapped, language: &dyn Language) -> Mutated {
        let started = self.begin("mutate", "planting faults");
        let mutated = mutate::mutate(&diffed.change, &mapped.map, language);
        self.report.warnings.extend(mutated.warnings.iter().cloned());
        self.report.rejected.extend(mutated.rejections.iter().cloned());
        self.took("mutate", started);
        mutated
    }

    /// The environment; `None` where it could not be made, and the report says why.
    async fn prepare(
        &mut self,
        checkout: &Checkout,
        language: &dyn Language,
        request: &Request,
    ) -> Result<Option<Environment>, JourneyError> {
        let started = self.begin("prepare", "preparing the repository's environment");
        let use_head = uses_head_dependencies(request);
        let sandbox = self.tools.sandbox.as_ref();
        let outcome = prepare::prepare(checkout, language, &request.settings, use_head, sandbox).await?;
        self.took("prepare", started);
        Ok(match outcome {
            PrepareOutcome::Ready { environment, warnings } => {
                self.report.warnings.extend(warnings);
                Some(environment)
            }
            PrepareOutcome::Failed { step, warnings } => {
                self.report.warnings.extend(warnings);
                self.report.verdict = Verdict::Inconclusive;
                self.report.causes.push(findings::environment_failed(&step));
                None
            }
        })
    }

    /// Explores the shards, up to `max-parallel` at a time; in the order of the shards.
    async fn generate(&mut self, scene: &Scene<'_>, shards: &[Shard]) -> Result<Vec<Explored>, JourneyError> {
        let started = self.begin("generate", "exploring");
        let (sandbox, progress) = (self.tools.sandbox.as_ref(), self.tools.progress.as_ref());
        let all = shards.len();
        let mut work: Vec<BoxFuture<'_, Result<Explored, SandboxError>>> = Vec::new();
        for (index, shard) in shards.iter().enumerate() {
            let exploration = Exploration {
                checkout: scene.checkout,
                environment: scene.environment,
                map: scene.map,
                shard,
                shards: shards.len(),
                mutants: scene.mutants,
                base_mutants: scene.base_mutants,
                change: &scene.diffed.change,
                language: scene.language,
                settings: &scene.request.settings,
            };
            let what = format!("Generating test {}/{all} for {} targets", index + 1, shard.targets.len());
            work.push(Box::pin(async move {
                progress.at("generate", index, all, &what);
                agent::work_on(&exploration, sandbox).await
            }));
        }
        let at_once = usize::try_from(scene.request.settings.max_parallel.max(1)).unwrap_or(1);
        let explored: Vec<Explored> = futures_util::stream::iter(work).buffered(at_once).try_collect().await?;
        for one in &explored {
            self.report.warnings.extend(one.warnings.iter().cloned());
            self.report.sandbox_runs.push(one.sandbox_use.clone());
        }
        self.took("generate", started);
        Ok(explored)
    }

    /// A place for the stage that follows the one which begins now.
    fn ahead(&self, scene: &Scene<'_>, stage: &str) -> Ahead {
        self.tools.sandbox.ahead(&scene.environment.image, &scene.request.settings.sandbox, stage)
    }

    /// Formats the tests, mends them, and holds them to the gate.
    async fn polish(
        &mut self,
        scene: &Scene<'_>,
        tests: Vec<GeneratedTest>,
    ) -> Result<Vec<GeneratedTest>, JourneyError> {
        if tests.is_empty() {
            return Ok(tests);
        }
        let started = self.begin("polish", &format!("formatting and checking {} tests", tests.len()));
        let unpolished = Unpolished {
            head: &scene.checkout.head,
            environment: scene.environment,
            language: scene.language,
            settings: &scene.request.settings,
            tests,
        };
        let polished = polish::polish(unpolished, self.tools.sandbox.as_ref()).await?;
        // What the sandbox leaves out on the way in, it said already when it explored.
        let new = polished.warnings.into_iter().filter(|warning| !self.report.warnings.contains(warning));
        let new: Vec<Warning> = new.collect();
        self.report.warnings.extend(new);
        self.report.sandbox_runs.push(polished.sandbox_use);
        self.took("polish", started);
        Ok(polished.tests)
    }

    /// Runs the matrix; `None` where there is nothing to run.
    async fn execute(&mut self, scene: &Scene<'_>, tests: &[GeneratedTest]) -> Result<Option<Execution>, JourneyError> {
        if tests.is_empty() && scene.map.related_test_files.is_empty() && scene.map.own_test_files.is_empty() {
            return Ok(None);
        }
        let what = format!("running {} tests against base, head and {} mutants", tests.len(), scene.mutants.len());
        let started = self.begin("execute", &what);
        let inputs = MatrixInputs {
            checkout: scene.checkout,
            environment: scene.environment,
            change: &scene.diffed.change,
            map: scene.map,
            framework: findings::framework(scene),
            tests,
            mutants: scene.mutants,
            settings: &scene.request.settings,
        };
        let execution = execute::execute(&inputs, self.tools.sandbox.as_ref()).await?;
        self.report.warnings.extend(execution.warnings.iter().cloned());
        self.report.sandbox_runs.push(execution.sandbox_use.clone());
        self.took("execute", started);
        Ok(Some(execution))
    }

    /// Judges what was run, and writes the report.
    fn conclude(
        &mut self,
        scene: &Scene<'_>,
        explored: &[Explored],
        tests: &[GeneratedTest],
        execution: Option<Execution>,
    ) {
        let started = self.begin("assess", "judging what was run");
        let ran = Ran::assess(scene, explored, tests, execution);
        self.took("assess", started);
        let started = self.begin("report", "writing down what was found");
        ran.report(&mut self.report, scene, explored);
        self.took("report", started);
        let started = self.begin("critique", "judging the tests, describing the change");
        ran.critique(&mut self.report, scene);
        self.took("critique", started);
    }

    fn begin(&self, stage: &'static str, what: &str) -> Instant {
        self.tools.progress.at(stage, 0, 0, what);
        tracing::debug!(stage, "begins");
        Instant::now()
    }

    fn took(&mut self, stage: &str, started: Instant) {
        let seconds = started.elapsed().as_secs_f64();
        self.report.stages.push(StageTime { name: stage.to_owned(), seconds });
    }
}

fn map_inputs<'a>(
    diffed: &'a Diffed,
    checkout: &'a Checkout,
    language: &'a dyn Language,
    import_roots: &'a [String],
    request: &'a Request,
) -> MapInputs<'a> {
    let (settings, wanted) = (&request.settings, request.targets.as_slice());
    MapInputs { change: &diffed.change, checkout, language, import_roots, settings, wanted }
}

/// The language with the most changed source files.
fn language_of(diffed: &Diffed) -> Option<&'static dyn Language> {
    let mut counts: BTreeMap<&str, (usize, &'static dyn Language)> = BTreeMap::new();
    for file in &diffed.change.files {
        for language in language::TESTED.iter().copied().filter(|language| language.owns(&file.path)) {
            counts.entry(language.id()).or_insert((0, language)).0 += 1;
        }
    }
    counts.into_values().max_by_key(|(count, _)| *count).map(|(_, language)| language)
}

/// Changed files that may hold targets and were not looked at, and why.
fn unseen(diffed: &Diffed, mapped: Option<&Mapped>, settings: &RepositorySettings) -> BTreeMap<RepoPath, String> {
    let mut unseen: BTreeMap<RepoPath, String> = mapped.map(|mapped| mapped.unread.clone()).unwrap_or_default();
    let left_out = diffed.left_out.iter().filter(|path| map::may_hold_targets(path, settings));
    unseen.extend(left_out.map(|path| (path.clone(), "over a bound, or its name is not safe".to_owned())));
    unseen
}

fn import_roots(language: &dyn Language, checkout: &Checkout, request: &Request) -> Vec<String> {
    let plan = language.environment(&checkout.base, &checkout.head, false, &request.settings.environment);
    let mut roots = plan.import_roots;
    if matches!(checkout.base.revision, crate::domain::Revision::Empty) {
        roots = language.environment(&checkout.head, &checkout.head, false, &request.settings.environment).import_roots;
    }
    let mut seen = BTreeSet::new();
    roots.retain(|root| seen.insert(root.clone()));
    roots
}

/// Whether head's dependency files may be installed: never for a fork, unless the repository says so itself.
fn uses_head_dependencies(request: &Request) -> bool {
    match (request.settings.environment.dependencies_from, &request.source) {
        (DependenciesFrom::Base, _) => false,
        (DependenciesFrom::Head, _) => true,
        (DependenciesFrom::Auto, Source::Pull { pull, .. }) => !pull.fork,
        (DependenciesFrom::Auto, Source::Local { .. }) => true,
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JourneyError> {
    tokio::task::spawn_blocking(work).await.context("a stage ended abnormally").map_err(JourneyError::Internal)
}
