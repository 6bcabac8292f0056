-- +goose Up
-- How a claim came: online, or by letter, mail or telephone and entered by a member of staff.
ALTER TABLE claims ADD COLUMN channel TEXT NOT NULL DEFAULT 'online';
ALTER TABLE claims ADD COLUMN entered_by TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE claims DROP COLUMN entered_by;
ALTER TABLE claims DROP COLUMN channel;
