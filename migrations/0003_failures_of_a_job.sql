-- Starts of a job that came to an end that was not good: the others were cut off, and are bounded by themselves.
ALTER TABLE jobs ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
