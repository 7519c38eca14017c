-- Two tests of one pull request are never admitted beside each other, however many processes claim. Those that are being
-- admitted just now are taken up again.
UPDATE jobs SET state = 'queued', lease_owner = NULL, lease_until = 0
WHERE lane = 'light' AND kind = 'test' AND state = 'running';

CREATE UNIQUE INDEX jobs_one_admission ON jobs (owner, name, pull)
WHERE lane = 'light' AND kind = 'test' AND state = 'running';
