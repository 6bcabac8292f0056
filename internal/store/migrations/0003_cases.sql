-- +goose Up
-- What the shop's policy granted when a case was opened, what its shopper wishes beyond that, and the answers to the
-- reason's questions. Frozen with the case: a new policy does not change what was agreed.
ALTER TABLE cases ADD COLUMN conditions TEXT NOT NULL DEFAULT '{}';
ALTER TABLE cases ADD COLUMN wish TEXT NOT NULL DEFAULT '{}';
ALTER TABLE cases ADD COLUMN answers TEXT NOT NULL DEFAULT '[]';

-- What comes after what in a case's log: two steps of one moment have the same time.
ALTER TABLE case_log ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;

-- Why a refund is as large as it is, line by line; who let one go that needs two people; and the shopper's express consent
-- to be paid in another way than they paid.
ALTER TABLE refunds ADD COLUMN explanation TEXT NOT NULL DEFAULT '[]';
ALTER TABLE refunds ADD COLUMN released_by TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN consent TEXT NOT NULL DEFAULT '';

-- What staff found when they looked at goods that came back. Nothing changes a line but the shopper's appeal against it and
-- the newer line that answers it.
CREATE TABLE inspections (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    line_id TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    grade TEXT NOT NULL,
    outcome TEXT NOT NULL,
    deduction BIGINT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    inspected_by TEXT NOT NULL,
    inspected_at BIGINT NOT NULL,
    appeal TEXT NOT NULL DEFAULT '',
    appealed_at BIGINT NOT NULL DEFAULT 0,
    replaced_by TEXT NOT NULL DEFAULT '' -- the inspection that stands in its place
);
CREATE INDEX inspections_case ON inspections (case_id, id);
CREATE INDEX inspections_appeals ON inspections (appealed_at) WHERE appealed_at <> 0 AND replaced_by = '';

-- +goose Down
ALTER TABLE case_log DROP COLUMN seq;
DROP TABLE inspections;
ALTER TABLE refunds DROP COLUMN consent;
ALTER TABLE refunds DROP COLUMN released_by;
ALTER TABLE refunds DROP COLUMN explanation;
ALTER TABLE cases DROP COLUMN answers;
ALTER TABLE cases DROP COLUMN wish;
ALTER TABLE cases DROP COLUMN conditions;
