-- +goose Up
-- When the shopper wrote what no member of staff has answered or marked as read; 0 for nothing. The words stand in the log.
ALTER TABLE cases ADD COLUMN wrote_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_wrote ON cases (wrote_at) WHERE wrote_at <> 0;

-- What a case asks of staff's hands: units that came back and are to be looked at, and whether something is to be sent for them. What was found
-- and sent stands in inspections and in the log. Every write of a case reckons it anew; for those that are there it is guessed.
ALTER TABLE cases ADD COLUMN to_look BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN to_send BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET to_look = 1 WHERE state = 'received' AND kind <> 'claim' AND (conditions LIKE '%"inspect":true%' OR conditions LIKE '%"refund_when":"inspected"%');
UPDATE cases SET to_send = 1 WHERE state IN ('received', 'refunding') AND kind = 'return' AND remedy IN ('exchange', 'repair');
CREATE INDEX cases_hands ON cases (created_at) WHERE to_look <> 0 OR to_send <> 0;

-- +goose Down
DROP INDEX cases_hands;
ALTER TABLE cases DROP COLUMN to_send;
ALTER TABLE cases DROP COLUMN to_look;
DROP INDEX cases_wrote;
ALTER TABLE cases DROP COLUMN wrote_at;
