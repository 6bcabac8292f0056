-- +goose Up
-- Codes by which the recipients of gifts return them without the order's link: each knows some units of an order and nothing of
-- its price. Who has the code acts as the recipient.
CREATE TABLE gifts (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    order_id TEXT NOT NULL,
    code TEXT NOT NULL,               -- 16 characters of Crockford's base32
    nonce TEXT NOT NULL,              -- of the form that made it
    items TEXT NOT NULL,
    language TEXT NOT NULL,           -- of the recipient's pages
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX gifts_code ON gifts (code);
CREATE UNIQUE INDEX gifts_nonce ON gifts (order_id, nonce);

-- The gift by whose code a return was asked for, and who asked: {name, email, language}.
ALTER TABLE cases ADD COLUMN gift_id TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN recipient TEXT NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE cases DROP COLUMN recipient;
ALTER TABLE cases DROP COLUMN gift_id;
DROP TABLE gifts;
