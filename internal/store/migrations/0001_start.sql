-- +goose Up
-- One schema for SQLite and PostgreSQL. When it is read for PostgreSQL, BLOB becomes BYTEA and TEXT gets the collation
-- "C", so that both compare text byte by byte. Times are Unix milliseconds UTC, 0 when not set. JSON is TEXT. Amounts
-- are minor units.
--
-- Partial indexes are used only by queries that repeat their condition word for word.
--
-- Every unit of work (events, messages, refunds, deadlines) has the same columns:
--   state 'due' until it is final; attempt; due_at; generation (a task of another generation is stale);
--   lease_until (a worker holds it until then); swept_at; phase ('' | 'calling': a call outside may have happened);
--   error_code and error_message of the newest failure.

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    source TEXT NOT NULL,
    vendor TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    order_id TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    swept_at BIGINT NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    error_code TEXT NOT NULL DEFAULT '',
    error_message TEXT NOT NULL DEFAULT '',
    UNIQUE (shop, source, dedupe_key)
);
CREATE INDEX events_due ON events (due_at) WHERE state = 'due';
CREATE INDEX events_state ON events (state, id);
CREATE INDEX events_order ON events (order_id) WHERE order_id <> '';

-- What an event waits for: 'order:<external id>', 'number:<number key>', 'tracking:<normalised number>'.
CREATE TABLE waiting (
    event_id TEXT NOT NULL,
    shop TEXT NOT NULL,
    wait_key TEXT NOT NULL,
    PRIMARY KEY (shop, wait_key, event_id)
);
CREATE INDEX waiting_event ON waiting (event_id);

CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    external_id TEXT NOT NULL,
    number_key TEXT NOT NULL,
    email_key TEXT NOT NULL,
    known BIGINT NOT NULL,
    stage TEXT NOT NULL,
    language TEXT NOT NULL,
    region TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    link_epoch BIGINT NOT NULL DEFAULT 0,
    placed_at BIGINT NOT NULL, -- created_at while the shop has not said when
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (shop, external_id)
);
CREATE INDEX orders_number ON orders (number_key, shop, placed_at);
CREATE INDEX orders_email ON orders (email_key, placed_at);
CREATE INDEX orders_placed ON orders (placed_at);

CREATE TABLE facts (
    order_id TEXT NOT NULL,
    id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (order_id, id)
);

CREATE TABLE parcels (
    shop TEXT NOT NULL,
    tracking_number TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (tracking_number, shop, order_id)
);

CREATE TABLE messages (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    occasion TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    class TEXT NOT NULL,
    queue TEXT NOT NULL,
    language TEXT NOT NULL,
    data TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    header_id TEXT NOT NULL DEFAULT '',
    provider_id TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',
    lookups BIGINT NOT NULL DEFAULT 0,
    called_at BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT NOT NULL DEFAULT 0,
    delivery TEXT NOT NULL DEFAULT '',
    delivery_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    swept_at BIGINT NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    error_code TEXT NOT NULL DEFAULT '',
    error_message TEXT NOT NULL DEFAULT '',
    UNIQUE (order_id, topic, occasion, channel, recipient)
);
CREATE INDEX messages_due ON messages (due_at) WHERE state = 'due';
CREATE INDEX messages_state ON messages (state, id);
CREATE INDEX messages_provider ON messages (provider_id) WHERE provider_id <> '';

CREATE TABLE message_parcels (
    message_id TEXT NOT NULL,
    parcel_key TEXT NOT NULL,
    PRIMARY KEY (message_id, parcel_key)
);

CREATE TABLE deadlines (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    parcel_key TEXT NOT NULL,
    basis TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    swept_at BIGINT NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    error_code TEXT NOT NULL DEFAULT '',
    error_message TEXT NOT NULL DEFAULT '',
    UNIQUE (order_id, kind, parcel_key, basis)
);
CREATE INDEX deadlines_due ON deadlines (due_at) WHERE state = 'due';

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    rma TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    nonce TEXT NOT NULL,
    reason TEXT NOT NULL,
    remedy TEXT NOT NULL,
    note TEXT NOT NULL,
    items TEXT NOT NULL,
    received TEXT NOT NULL DEFAULT '[]',
    tracking_number TEXT NOT NULL DEFAULT '',
    decision TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (order_id, nonce),
    UNIQUE (rma, shop)
);
CREATE INDEX cases_state ON cases (state, created_at);
CREATE INDEX cases_tracking ON cases (tracking_number, shop) WHERE tracking_number <> '';

CREATE TABLE case_log (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    step TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX case_log_case ON case_log (case_id, id);

CREATE TABLE refunds (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    external_id TEXT NOT NULL,
    payment_kind TEXT NOT NULL,
    payment_reference TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    lines TEXT NOT NULL DEFAULT '[]',
    idempotency_key TEXT NOT NULL DEFAULT '',
    params TEXT NOT NULL DEFAULT '',
    issued_at BIGINT NOT NULL DEFAULT 0,
    stripe_id TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL DEFAULT '',
    failure_reason TEXT NOT NULL DEFAULT '',
    needs_person BIGINT NOT NULL DEFAULT 0,
    checked_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    swept_at BIGINT NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT '',
    error_code TEXT NOT NULL DEFAULT '',
    error_message TEXT NOT NULL DEFAULT '',
    UNIQUE (order_id, origin, external_id, shop)
);
CREATE INDEX refunds_due ON refunds (due_at) WHERE state = 'due';
CREATE INDEX refunds_people ON refunds (created_at) WHERE needs_person <> 0 OR state = 'held';
CREATE INDEX refunds_status ON refunds (status);
CREATE INDEX refunds_payment ON refunds (payment_reference) WHERE payment_reference <> '';
CREATE INDEX refunds_stripe ON refunds (stripe_id) WHERE stripe_id <> '';
CREATE INDEX refunds_case ON refunds (case_id) WHERE case_id <> '';

-- Which order a payment at Stripe belongs to.
CREATE TABLE payments (
    shop TEXT NOT NULL,
    reference TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (shop, reference)
);

CREATE TABLE opt_outs (
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    channel TEXT NOT NULL,
    origin TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (sender, recipient, channel)
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    user_name TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    user_name TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX audit_object ON audit (object, id);

-- +goose Down
DROP TABLE audit;
DROP TABLE sessions;
DROP TABLE opt_outs;
DROP TABLE payments;
DROP TABLE refunds;
DROP TABLE case_log;
DROP TABLE cases;
DROP TABLE deadlines;
DROP TABLE message_parcels;
DROP TABLE messages;
DROP TABLE parcels;
DROP TABLE facts;
DROP TABLE orders;
DROP TABLE waiting;
DROP TABLE events;
