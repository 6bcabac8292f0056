// Package store keeps everything that must not be lost, in SQLite or PostgreSQL: one set of queries, one migration, units of
// work with leases and generations. Times are stored as Unix milliseconds UTC, amounts as minor units.
package store
