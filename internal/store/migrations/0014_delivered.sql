-- +goose Up
-- Whether a shop's sources ever told of a delivery is asked with every news of an order.
CREATE INDEX orders_delivered ON orders (shop) WHERE stage IN ('delivered', 'collected', 'closed');

-- +goose Down
DROP INDEX orders_delivered;
