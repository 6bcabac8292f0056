-- +goose Up
-- What staff are to do about claims, and which were answered last, is found without reading all that there ever were; likewise whether a shop
-- was ever told of a parcel.
CREATE INDEX claims_fulfil ON claims (answered_at) WHERE fulfilled_at = 0 AND granted IN ('repair', 'replacement', 'send_again');
CREATE INDEX claims_answered ON claims (answered_at) WHERE answered_at <> 0;
CREATE INDEX parcels_shop ON parcels (shop);

-- +goose Down
DROP INDEX parcels_shop;
DROP INDEX claims_answered;
DROP INDEX claims_fulfil;
