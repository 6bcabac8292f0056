-- +goose Up
-- A deadline of a law, or one that the shop set itself: its rule, what it was worked out from, and what came of it. Beside
-- the columns of work: due_at is when it is looked at next (a reminder, or the end).
CREATE TABLE terms (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    owner TEXT NOT NULL, -- what it belongs to: case:<id>, withdrawal:<id>, claim:<id>, order:<id>
    order_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    withdrawal_id TEXT NOT NULL,
    kind TEXT NOT NULL,  -- what has to be done
    party TEXT NOT NULL, -- who has to do it: shop, shopper
    rule TEXT NOT NULL,
    since BIGINT NOT NULL,
    plain_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    end_at BIGINT NOT NULL, -- 0 while it is open
    open_code TEXT NOT NULL,
    silence BIGINT NOT NULL, -- 1: when it ends without an answer, that is consent
    evidence TEXT NOT NULL,
    stage TEXT NOT NULL,    -- the newest reminder that went
    met_at BIGINT NOT NULL,
    missed_at BIGINT NOT NULL,
    done_by TEXT NOT NULL DEFAULT '', -- who said what was done about a missed one
    done_note TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    phase TEXT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    swept_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (owner, kind)
);
CREATE INDEX terms_due ON terms (due_at) WHERE state = 'due';
CREATE INDEX terms_open ON terms (end_at) WHERE state IN ('due', 'open', 'missed');
CREATE INDEX terms_order ON terms (order_id) WHERE order_id <> '';

-- A notice of delay that a buyer was sent, and the answer (16 CFR 435.2(b)).
CREATE TABLE delays (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    number BIGINT NOT NULL, -- 1 is the first
    revised TEXT NOT NULL,  -- '' when no date could be given
    reason TEXT NOT NULL,
    silence TEXT NOT NULL,  -- what the notice says that silence means: consents, cancels
    silence_at BIGINT NOT NULL,
    sent_at BIGINT NOT NULL,
    sent_by TEXT NOT NULL,
    consent_at BIGINT NOT NULL DEFAULT 0,
    refused_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (order_id, number)
);

-- An event for the shop's own systems. The id is the webhook-id, the same over all attempts.
CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    call_key TEXT NOT NULL, -- the same news has the same
    type TEXT NOT NULL,
    order_id TEXT NOT NULL,
    body TEXT NOT NULL,
    status BIGINT NOT NULL, -- of the newest answer; 0 without one
    created_at BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    phase TEXT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    swept_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (shop, call_key)
);
CREATE INDEX calls_due ON calls (due_at) WHERE state = 'due';
CREATE INDEX calls_failed ON calls (created_at) WHERE state = 'failed';
CREATE INDEX calls_order ON calls (order_id) WHERE order_id <> '';

-- +goose Down
DROP TABLE calls;
DROP TABLE delays;
DROP TABLE terms;
