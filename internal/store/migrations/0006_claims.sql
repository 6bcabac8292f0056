-- +goose Up
-- A claim as it was made: what is wrong with which goods, and what its consumer wants. It stands beside its case, which brings
-- goods and money back; what was answered is added and never taken away.
CREATE TABLE claims (
    case_id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    items TEXT NOT NULL,
    body TEXT NOT NULL,     -- what is wrong, in the consumer's words
    wish TEXT NOT NULL,     -- the remedy that was asked for
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    country TEXT NOT NULL,  -- whose law counts
    flags TEXT NOT NULL,
    notices TEXT NOT NULL,  -- what the law wants told, where and when it was
    came_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL, -- the end of the time to answer
    extended_at BIGINT NOT NULL DEFAULT 0,
    extension TEXT NOT NULL DEFAULT '',
    answered_at BIGINT NOT NULL DEFAULT 0,
    answered_by TEXT NOT NULL DEFAULT '',
    granted TEXT NOT NULL DEFAULT '', -- the remedy; '' while there is none, or refused
    amount BIGINT NOT NULL DEFAULT 0, -- of a price reduction, minor units
    answer TEXT NOT NULL DEFAULT '',
    deemed_at BIGINT NOT NULL DEFAULT 0,   -- nobody answered in time, and the law says what that means
    seen_at BIGINT NOT NULL DEFAULT 0,     -- a member of staff looked at that
    fulfilled_at BIGINT NOT NULL DEFAULT 0 -- repaired, or sent anew
);
CREATE INDEX claims_order ON claims (order_id);
CREATE INDEX claims_open ON claims (due_at) WHERE answered_at = 0;
CREATE INDEX claims_deemed ON claims (deemed_at) WHERE deemed_at <> 0 AND seen_at = 0;

-- +goose Down
DROP TABLE claims;
