-- Why a job was given up: what is left of it is to say so.
ALTER TABLE jobs ADD COLUMN given_up TEXT;

-- What is forgotten after its time is found by its age.
CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_of_delivery ON jobs (delivery);
CREATE INDEX runs_by_age ON runs (created_at);
