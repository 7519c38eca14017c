-- One text for SQLite and PostgreSQL: ids are ours, JSON is TEXT, times are milliseconds since 1970 (UTC).
-- This folder is append-only: a released file never changes.

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE INDEX deliveries_by_age ON deliveries (received_at);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    dedupe TEXT NOT NULL UNIQUE,
    delivery TEXT NOT NULL REFERENCES deliveries (id),
    installation BIGINT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    pull BIGINT,
    kind TEXT NOT NULL,                      -- test, command, button
    work TEXT NOT NULL,                      -- the whole JobKind, as JSON
    lane TEXT NOT NULL,                      -- light: quick things; heavy: a test run
    state TEXT NOT NULL,                     -- queued, running, done, cancelled, failed
    stop TEXT,                               -- why it is to stop: superseded, closed, gone
    lease_owner TEXT,
    lease_until BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    run_after BIGINT NOT NULL,
    head TEXT,                               -- where its check run stands, written before that is created
    check_run BIGINT,                        -- the forge's id of it, written after
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX jobs_due ON jobs (lane, created_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_of_pull ON jobs (owner, name, pull);

-- Two test runs of one pull request never run beside each other, however many processes claim.
CREATE UNIQUE INDEX jobs_one_run ON jobs (owner, name, pull) WHERE lane = 'heavy' AND state = 'running';

CREATE TABLE dismissals (
    repository TEXT NOT NULL,
    finding TEXT NOT NULL,
    pull BIGINT NOT NULL,
    dismissed_by TEXT NOT NULL,
    dismissed_at BIGINT NOT NULL,
    PRIMARY KEY (repository, finding)
);

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    job TEXT UNIQUE,                         -- none for a run of the command line
    repository TEXT NOT NULL,                -- owner/name, or the path of a local one
    pull BIGINT,
    base TEXT,
    head TEXT,
    verdict TEXT NOT NULL,
    report TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX runs_of_pull ON runs (repository, pull, created_at);

CREATE TABLE generated_tests (
    run TEXT NOT NULL REFERENCES runs (id),
    finding TEXT NOT NULL,
    repository TEXT NOT NULL,
    source_file TEXT NOT NULL,
    function_name TEXT NOT NULL,
    path TEXT NOT NULL,
    code TEXT NOT NULL,
    framework TEXT NOT NULL,
    coverage DOUBLE PRECISION,               -- share of the change's lines that the run reached, 0 to 1
    score BIGINT,                            -- the critic's overall score, 0 to 100
    scores TEXT NOT NULL,                    -- all of the critic's scores, as JSON
    result TEXT NOT NULL,                    -- regression, hardening
    seconds DOUBLE PRECISION NOT NULL,       -- how long the run took
    iterations BIGINT NOT NULL,
    extra TEXT NOT NULL,                     -- what else the finding carries, as JSON
    created_at BIGINT NOT NULL,
    PRIMARY KEY (run, finding)
);

CREATE INDEX generated_tests_by_age ON generated_tests (created_at);
