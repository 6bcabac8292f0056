-- +goose Up
-- What shoppers and staff uploaded, and labels of carriers. The bytes lie in a folder or a bucket under storage_key. The row
-- comes before the bytes and goes after them, so that no bytes are ever kept that no row knows of.
CREATE TABLE case_files (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    case_id TEXT NOT NULL DEFAULT '', -- '' until the form that uploaded it made a case
    nonce TEXT NOT NULL DEFAULT '',   -- of that form
    purpose TEXT NOT NULL,            -- photo | proof | inspection | label
    line_id TEXT NOT NULL DEFAULT '',
    storage_key TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    width BIGINT NOT NULL DEFAULT 0,
    height BIGINT NOT NULL DEFAULT 0,
    sha256 TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,        -- shopper, staff:olga, homeward
    created_at BIGINT NOT NULL,
    stored_at BIGINT NOT NULL DEFAULT 0, -- when the bytes were there; 0: not yet, or never
    delete_at BIGINT NOT NULL DEFAULT 0  -- 0: not before its case is over
);
CREATE INDEX case_files_order ON case_files (order_id, nonce);
CREATE INDEX case_files_case ON case_files (case_id) WHERE case_id <> '';
CREATE INDEX case_files_delete ON case_files (delete_at);

-- Labels that are bought of a carrier for the way back: one work row for each that is wanted.
CREATE TABLE labels (
    id TEXT PRIMARY KEY,              -- the reference it is looked up by at the carrier's
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    provider TEXT NOT NULL,           -- easypost, …
    method TEXT NOT NULL,             -- label | qr
    status TEXT NOT NULL,             -- wanted | bought | failed | voided
    external_id TEXT NOT NULL DEFAULT '', -- the provider's id of the shipment
    carrier TEXT NOT NULL DEFAULT '',
    tracking_number TEXT NOT NULL DEFAULT '',
    cost BIGINT NOT NULL DEFAULT 0,   -- minor units
    currency TEXT NOT NULL DEFAULT '',
    label_url TEXT NOT NULL DEFAULT '', -- the provider's address of the label, until it is fetched
    qr_url TEXT NOT NULL DEFAULT '',
    instructions TEXT NOT NULL DEFAULT '',
    called_at BIGINT NOT NULL DEFAULT 0, -- when the newest call that buys began
    lookups BIGINT NOT NULL DEFAULT 0,   -- how often an uncertain purchase was looked up in vain
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
    error_message TEXT NOT NULL DEFAULT ''
);
CREATE INDEX labels_due ON labels (due_at) WHERE state = 'due';
CREATE INDEX labels_held ON labels (created_at) WHERE state = 'held';
CREATE INDEX labels_case ON labels (case_id);

-- +goose Down
DROP TABLE labels;
DROP TABLE case_files;
