-- +goose Up
-- When the shopper wrote what no member of staff has answered or marked as read; 0 for nothing. The words stand in the log.
ALTER TABLE cases ADD COLUMN wrote_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_wrote ON cases (wrote_at) WHERE wrote_at <> 0;

-- +goose Down
DROP INDEX cases_wrote;
ALTER TABLE cases DROP COLUMN wrote_at;
