-- What a new head stops is found among the jobs that are alive, however many a pull request had.
CREATE INDEX jobs_alive_of_pull ON jobs (owner, name, pull)
WHERE state IN ('queued', 'running') AND stop IS NULL;
