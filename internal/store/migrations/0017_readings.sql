-- +goose Up
-- What went back at Stripe is read by account once a day, in pages: one row for each shop that was ever paid there, its id.
CREATE TABLE readings (
    id TEXT PRIMARY KEY,
    page TEXT NOT NULL, -- the refund at Stripe behind which the reading goes on; '' at the newest
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    phase TEXT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    swept_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX readings_due ON readings (due_at) WHERE state = 'due';
INSERT INTO readings (id, page, state, attempt, due_at, generation, lease_until, phase, error_code, error_message)
    SELECT DISTINCT shop, '', 'due', 0, 0, 0, 0, '', '', '' FROM payments;

-- +goose Down
DROP TABLE readings;
