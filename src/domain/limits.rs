//! Every bound of the service, in one table. A setting may lower one of them; nothing raises it.

use std::time::Duration;

/// A webhook's body: GitHub's own bound.
pub const WEBHOOK_BYTES: usize = 25 << 20;
/// Bytes of a body that are read without asking for room: almost every webhook has less.
pub const WEBHOOK_SMALL_BYTES: usize = 64 << 10;
/// Bytes past these, of all bodies that are in memory together.
pub const WEBHOOKS_BYTES: usize = 256 << 20;
/// How long a webhook's body may take to arrive.
pub const WEBHOOK_READ: Duration = Duration::from_secs(10);
/// Changed files of one pull request.
pub const CHANGED_FILES: usize = 500;
/// Changed lines of one pull request.
pub const CHANGED_LINES: usize = 20_000;
/// Bytes of all changed files of one pull request, of base and head together, that are held in memory.
pub const CHANGED_BYTES: u64 = 32 << 20;
/// Bytes of all changed files among which renames are looked for by content.
pub const RENAME_BYTES: u64 = 32 << 20;
/// Bytes of one repository, received or on disk.
pub const REPOSITORY_BYTES: u64 = 2 << 30;
/// Files of one revision.
pub const REPOSITORY_FILES: usize = 100_000;
/// One file that is written to the checkout; a larger one is left out, with a warning.
pub const FILE_BYTES: u64 = 32 << 20;
/// Commits whose first lines are read.
pub const COMMIT_SUBJECTS: usize = 250;
/// One source file that is parsed; a larger one is left out, with a warning.
pub const SOURCE_BYTES: usize = 1 << 20;
/// How deep folders may be nested in a repository.
pub const FOLDER_DEPTH: usize = 64;
/// Tries of one call to the forge.
pub const FORGE_TRIES: u32 = 5;
/// All tries of one call to the forge together.
pub const FORGE_TIME: Duration = Duration::from_secs(10 * 60);
/// One answer of the forge.
pub const FORGE_ANSWER_BYTES: usize = 64 << 20;
/// The longest wait that the forge may ask for and that is waited out on the spot; for a longer one the job is handed
/// back, so that nobody else waits with it.
pub const FORGE_ASKED_WAIT: Duration = Duration::from_secs(5);
/// One HTTP exchange with the forge.
pub const FORGE_READ: Duration = Duration::from_secs(30);
/// Silence of a git server before a fetch is given up.
pub const FETCH_SILENCE: Duration = Duration::from_secs(60);
/// One fetch.
pub const FETCH_TIME: Duration = Duration::from_secs(10 * 60);
/// One job, from its claim to its publication.
pub const JOB_TIME: Duration = Duration::from_secs(30 * 60);
/// How often a job may fail for what may pass before it is given up; the waits between grow, to some hours in all.
pub const JOB_FAILURES: u32 = 20;
/// The same where the sandbox does not answer: half an hour in all.
pub const JOB_SANDBOX_FAILURES: u32 = 8;
/// The same where the repository could not be fetched: what isn't there rarely comes back.
pub const JOB_CHECKOUT_FAILURES: u32 = 5;
/// How often a job may be cut off by the end of its process before it is held to be the reason.
pub const JOB_CUT_OFF: u32 = 20;
/// A job's lease; its heartbeat comes three times as often.
pub const LEASE: Duration = Duration::from_secs(60);
/// How long what runs has to hand its lease back after SIGTERM.
pub const SHUTDOWN: Duration = Duration::from_secs(8);
/// Building a repository's environment.
pub const ENVIRONMENT_TIME: Duration = Duration::from_secs(15 * 60);
/// How long the body of a delivery is kept.
pub const KEPT_BODIES: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a job that ended is kept, and the delivery that it came from. GitHub delivers nothing again after so long.
pub const KEPT_JOBS: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long a run is kept, with its tests.
pub const KEPT_RUNS: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How long the cache of a repository is kept that nobody fetched into.
pub const KEPT_CACHE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Bytes of the cache of one repository, past which it is started anew.
pub const CACHED_REPOSITORY_BYTES: u64 = 4 << 30;
/// Packs of the cache of one repository, past which it is started anew: each fetch adds one.
pub const CACHED_REPOSITORY_PACKS: usize = 1_000;
/// How long an environment is kept after a run was given it, so that it is there for that run.
pub const ENVIRONMENT_USE: Duration = Duration::from_secs(60 * 60);
/// Images of environments that are kept; the oldest go after each build.
pub const ENVIRONMENT_IMAGES: usize = 50;
/// Parsing one file.
pub const PARSE_TIME: Duration = Duration::from_secs(5);
/// Mutants of one run.
pub const MUTANTS: usize = 200;
/// Mutants of base that lead the explorer of one run.
pub const MUTANTS_OF_BASE: usize = 60;
/// Mutants of one line that are considered.
pub const MUTANTS_PER_LINE: usize = 12;
/// Mutants of one file that are parsed.
pub const MUTANTS_PER_FILE: usize = 600;
/// Lines that the text replaced by one mutant may have.
pub const MUTANT_LINES: u32 = 12;
/// Unchanged callers that are tested besides what changed.
pub const CALLERS: usize = 60;
/// How many calls a caller may be away from what changed.
pub const CALLER_DEPTH: usize = 3;
/// Unchanged files that are read in search of callers and of tests.
pub const RELATED_FILES: usize = 3_000;
/// Test files of the repository that are run.
pub const RELATED_TEST_FILES: usize = 80;
/// Seconds of work that exploring takes in a run, shared among its shards; each gets ten at least.
pub const EXPLORING_SECONDS: u64 = 360;
/// Candidate tests that reach the kill matrix in one run.
pub const CANDIDATE_TESTS: usize = 120;
/// One generated test's file.
pub const TEST_BYTES: usize = 64 << 10;
/// Formatting, linting and type-checking the tests of one run.
pub const POLISH_TIME: Duration = Duration::from_secs(60);
/// What is said against one test by formatter, linter and type checker.
pub const FAULTS: usize = 5;
/// The kill matrix as the driver writes it.
pub const MATRIX_BYTES: usize = 48 << 20;
/// Cells of a kill matrix: of generated tests, and again of the repository's own.
pub const MATRIX_CELLS: usize = 20_000;
/// Characters of one message out of a sandbox.
pub const MESSAGE_CHARS: usize = 500;
/// Test files of a repository whose text is read to find out where tests of a module live.
pub const TEST_FILES_READ: usize = 400;
/// Targets that are explored in one run.
pub const TARGETS: usize = 200;
/// Routes of one run that are called end to end.
pub const ROUTES: usize = 20;
/// How many calls a change may be away from the handler of a route that is called for it.
pub const ROUTE_DEPTH: usize = 6;
/// Regressions that are shown for one symbol.
pub const REGRESSIONS_PER_SYMBOL: usize = 2;
/// Hardenings that are shown for one change.
pub const HARDENINGS: usize = 7;
/// Runs of a regression's test on each side.
pub const RERUNS: u32 = 5;
/// Files, bytes and path lengths of what comes out of a sandbox.
pub const SANDBOX_OUT_FILES: usize = 2_000;
/// Bytes of what comes out of a sandbox.
pub const SANDBOX_OUT_BYTES: u64 = 64 << 20;
/// The last lines of a failing step that are quoted.
pub const TAIL_LINES: usize = 20;
/// The bytes of these lines.
pub const TAIL_BYTES: usize = 4_000;
/// A `jittest.toml`.
pub const SETTINGS_BYTES: usize = 64 << 10;
/// One comment that is read for commands.
pub const COMMENT_BYTES: usize = 64 << 10;
/// Characters (and bytes) of one text on GitHub.
pub const GITHUB_TEXT: usize = 65_535;
/// Annotations in one request to GitHub.
pub const GITHUB_ANNOTATIONS: usize = 50;
/// Entries of one list in a `jittest.toml`.
pub const SETTINGS_LIST: usize = 100;
/// Characters of one entry of such a list.
pub const SETTINGS_LINE: usize = 2_000;
/// Problems of one `jittest.toml` that are reported.
pub const SETTINGS_PROBLEMS: usize = 20;
/// The most memory that a repository may ask for, for each sandbox run.
pub const CEILING_MEMORY: u64 = 4 << 30;
/// The most shards that it may have explored at a time.
pub const CEILING_PARALLEL: u32 = 8;
/// The most cores that it may ask for.
pub const CEILING_CPUS: f64 = 4.0;
/// The most processes that it may ask for.
pub const CEILING_PROCESSES: u64 = 4_096;
/// The most bytes of working folder that it may ask for.
pub const CEILING_DISK: u64 = 8 << 30;
/// The most output that it may ask for.
pub const CEILING_OUTPUT: u64 = 100 << 20;
/// The longest that it may let one test run.
pub const CEILING_TEST_TIME: Duration = Duration::from_secs(5 * 60);
/// The longest that it may let one sandbox run take.
pub const CEILING_TIME: Duration = Duration::from_secs(20 * 60);
/// `/jittest` commands that are obeyed in one comment.
pub const COMMENT_COMMANDS: usize = 5;
/// Annotations of one check run.
pub const CHECK_RUN_ANNOTATIONS: usize = 100;
/// Characters of a check run's or an annotation's title.
pub const GITHUB_TITLE: usize = 255;
/// Bytes of an annotation's message.
pub const GITHUB_ANNOTATION_MESSAGE: usize = 16_000;
/// Characters of a button's label and of its identifier.
pub const GITHUB_BUTTON_LABEL: usize = 20;
/// Characters of a button's description.
pub const GITHUB_BUTTON_DESCRIPTION: usize = 40;
/// Bytes of a text that are kept free for the forge's hidden marker.
pub const GITHUB_MARKER: usize = 200;
/// Bytes of our part of a pull request's body: the rest is the author's.
pub const DESCRIPTION_BYTES: usize = 16_000;
/// Bytes of one untrusted text (an exception's message, a title) where it is quoted in a sentence.
pub const QUOTE_BYTES: usize = 1_000;
/// Paths through one function that are listed.
pub const FLOW_PATHS: usize = 64;
/// Steps of the search for them.
pub const FLOW_STEPS: usize = 100_000;
/// Nodes of one statement that are searched for what can fail.
pub const FLOW_NODES: usize = 10_000;
/// The file in which what was read of source files is remembered.
pub const CACHE_BYTES: u64 = 1 << 30;
/// Code files of one batch; a larger community is split.
pub const BATCH_CODE_FILES: usize = 35;
/// Other files of one folder in one batch.
pub const BATCH_OTHER_FILES: usize = 20;
/// Code files of one batch where there are no communities.
pub const FALLBACK_FILES: usize = 12;
/// Files of a community that is split by edge betweenness; a larger one by Louvain again.
pub const BETWEENNESS_FILES: usize = 120;
/// Import edges of such a community.
pub const BETWEENNESS_EDGES: usize = 600;
/// Neighbours that are named for one file.
pub const NEIGHBOURS: usize = 50;
/// Targets of one shard, where there are enough of them.
pub const SHARD_TARGETS: usize = 10;
/// The most targets of one shard that are tested by calling them.
pub const SHARD_UNIT_TARGETS: usize = 50;
/// The most targets of one shard that are tested end to end.
pub const SHARD_E2E_TARGETS: usize = 20;
/// Tokens that are read for one shard; past them, only the targets and signatures of its largest files.
pub const SHARD_TOKENS_IN: usize = 12_000;
/// Tokens of one answer, where a model's own bound is not known.
pub const OUTPUT_TOKENS: usize = 4_096;
/// Nodes of one part of a graph, in an answer of `OUTPUT_TOKENS`.
pub const PART_NODES: usize = 60;
/// Edges of one part of a graph, in an answer of `OUTPUT_TOKENS`.
pub const PART_EDGES: usize = 120;
/// Bytes of one part of a graph that is read.
pub const PART_BYTES: usize = 8 << 20;
/// Parts of one batch.
pub const PARTS: usize = 10_000;
/// Bytes of a list of changed files.
pub const CHANGED_LIST_BYTES: u64 = 16 << 20;
