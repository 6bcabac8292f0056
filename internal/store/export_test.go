package store

import (
	"context"
	"time"
)

// OpenImpatient opens a SQLite database that waits only so long for another program's lock.
func OpenImpatient(ctx context.Context, dsn string, busy time.Duration) (*DB, error) {
	return open(ctx, dsn, busy)
}

// NewestMigration is the version that Ready expects.
const NewestMigration = newestMigration
