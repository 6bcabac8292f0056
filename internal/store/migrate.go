package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"regexp"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// newestMigration is the version of the newest file in migrations/; a test compares.
const newestMigration = 18

// lockPoll is how often a process that waits for another's migration looks again.
const lockPoll = 20 * time.Millisecond

// lockFile takes the lock that keeps several processes from creating or migrating one SQLite file at once.
func lockFile(ctx context.Context, path string) (*flock.Flock, error) {
	l := flock.New(path, flock.SetPermissions(0o600))
	if _, err := l.TryLockContext(ctx, lockPoll); err != nil {
		return nil, err
	}
	return l, nil
}

func migrateSQLite(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return migrate(ctx, goose.DialectSQLite3, db, files)
}

func migratePostgres(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 30))
	if err != nil {
		return err
	}
	return migrate(ctx, goose.DialectPostgres, db, postgresFiles{files}, goose.WithSessionLocker(locker))
}

func migrate(ctx context.Context, dialect goose.Dialect, db *sql.DB, files fs.FS, options ...goose.ProviderOption) error {
	provider, err := goose.NewProvider(dialect, db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// postgresFiles are the migrations in PostgreSQL's words.
type postgresFiles struct{ files fs.FS }

var (
	blobWord = regexp.MustCompile(`\bBLOB\b`)
	textWord = regexp.MustCompile(`\bTEXT\b`)
)

// Open gives a file with its types replaced; a folder as it is.
func (p postgresFiles) Open(name string) (fs.File, error) {
	file, err := p.files.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return file, err
	}
	defer file.Close() //nolint:errcheck // only read
	text, err := fs.ReadFile(p.files, name)
	if err != nil {
		return nil, err
	}
	text = blobWord.ReplaceAll(text, []byte("BYTEA"))
	text = textWord.ReplaceAll(text, []byte(`TEXT COLLATE "C"`))
	return &memoryFile{Reader: bytes.NewReader(text), info: info}, nil
}

// memoryFile is a file whose content is in memory.
type memoryFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memoryFile) Close() error               { return nil }
