-- +goose Up
-- A statement of withdrawal as it was made. It stands whatever becomes of the order, the goods and the money; those are in
-- the case of the same order that it opened, when it could.
CREATE TABLE withdrawals (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL, -- '' while no order is known
    case_id TEXT NOT NULL,  -- '' while nothing is to come back
    receipt_key TEXT NOT NULL,
    reference TEXT NOT NULL,
    statement_key TEXT NOT NULL, -- the same statement made again has the same
    channel TEXT NOT NULL,       -- online, or how else it came
    name TEXT NOT NULL,
    number TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    items TEXT NOT NULL,
    language TEXT NOT NULL,
    body TEXT NOT NULL,
    button TEXT NOT NULL,
    network TEXT NOT NULL,
    agent TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    flags TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    entered_by TEXT NOT NULL DEFAULT '',
    submitted_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    refund_due_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL DEFAULT 0, -- a member of staff looked at its flags
    UNIQUE (shop, statement_key),
    UNIQUE (shop, receipt_key),
    UNIQUE (shop, reference)
);
CREATE INDEX withdrawals_order ON withdrawals (order_id) WHERE order_id <> '';
CREATE INDEX withdrawals_email ON withdrawals (shop, email_key, submitted_at);
CREATE INDEX withdrawals_network ON withdrawals (shop, network, recorded_at);
CREATE INDEX withdrawals_case ON withdrawals (case_id) WHERE case_id <> '';
CREATE INDEX withdrawals_unseen ON withdrawals (recorded_at) WHERE seen_at = 0;

-- What happened to statutory matters, each line bound to the one before it by its hash. Nothing ever changes a line.
CREATE TABLE evidence (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    object TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX evidence_object ON evidence (object, seq);

-- +goose Down
DROP TABLE evidence;
DROP TABLE withdrawals;
