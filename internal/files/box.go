package files

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"

	"homeward/internal/fault"
)

// Box is where files lie: a private folder, or a bucket.
type Box struct {
	bucket *blob.Bucket
	folder string // its path; "" for a bucket
	// patience bounds one call, whoever makes it: a bucket that takes a connection and says nothing would hold a worker for ever.
	patience time.Duration
}

const patience = time.Minute

// Open opens the box of an address: the path of a folder, which is made when only it is missing and readable to nobody else, or
// "s3://bucket?region=…&endpoint=…" (see docs/files.md). Close it after use.
func Open(ctx context.Context, address string) (*Box, error) {
	var bucket *blob.Bucket
	var err error
	u, bad := url.Parse(address)
	s3 := bad == nil && u.Scheme == s3blob.Scheme
	if s3 {
		bucket, err = (&s3blob.URLOpener{}).OpenBucketURL(ctx, compatible(u))
	} else if err = os.Mkdir(filepath.FromSlash(address), 0o700); err == nil || errors.Is(err, fs.ErrExist) {
		bucket, err = fileblob.OpenBucket(filepath.FromSlash(address), &fileblob.Options{
			DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
		})
	}
	if err != nil {
		return nil, Refuse(Unavailable, err)
	}
	b := &Box{bucket: bucket, patience: patience}
	if !s3 {
		b.folder = filepath.FromSlash(address)
	}
	return b, nil
}

// compatible asks of a bucket that is not Amazon's only what all of them understand: the bucket's name in the path, and
// checksums only where the protocol demands them.
func compatible(u *url.URL) *url.URL {
	query := u.Query()
	if query.Get("endpoint") == "" {
		return u
	}
	for key, value := range map[string]string{
		"use_path_style": "true", "request_checksum_calculation": "when_required", "response_checksum_validation": "when_required",
	} {
		if !query.Has(key) {
			query.Set(key, value)
		}
	}
	out := *u
	out.RawQuery = query.Encode()
	return &out
}

// Close ends the use of the box.
func (b *Box) Close() error { return b.bucket.Close() }

// NewKey gives a fresh name to keep a file under. It says nothing of what is in it, and cannot be guessed.
func NewKey() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	name := hex.EncodeToString(random[:])
	return name[:2] + "/" + name
}

// Put keeps data under a key. When it returns nil, the data is on the disk or in the bucket.
func (b *Box) Put(ctx context.Context, key string, data []byte, mediaType string) error {
	var file *os.File
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel() // before Close it drops what was written
	w, err := b.bucket.NewWriter(ctx, key, &blob.WriterOptions{
		ContentType: mediaType, DisableContentTypeDetection: true,
		BeforeWrite: func(as func(any) bool) error {
			if b.folder != "" && as(&file) {
				return file.Chmod(0o600)
			}
			return nil
		},
	})
	if err != nil {
		return Refuse(Unavailable, err)
	}
	_, err = w.Write(data)
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		cancel()
		_ = w.Close()
		return Refuse(Unavailable, err)
	}
	if err := w.Close(); err != nil {
		return Refuse(Unavailable, err)
	}
	return nil
}

// Tidy takes away what writes that were killed half-way left in a folder before a time. A bucket has no such remains.
func (b *Box) Tidy(before time.Time) error {
	if b.folder == "" {
		return nil
	}
	return filepath.WalkDir(b.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".tmp" {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.ModTime().After(before) {
			return nil //nolint:nilerr // somebody else took it away
		}
		return os.Remove(path) //nolint:gosec // a path below our own folder
	})
}

// ErrGone is the code of a file that is not in the box any more.
const ErrGone = "file_gone"

// Read gives what is kept under a key. The code of its error is ErrGone when there is nothing.
func (b *Box) Read(ctx context.Context, key string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	r, err := b.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, failed(err)
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, 2*MaxBytes))
	if err != nil {
		return nil, failed(err)
	}
	return data, nil
}

// Delete takes a file away. One that is not there is no error.
func (b *Box) Delete(ctx context.Context, key string) error {
	ctx, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	if err := b.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return Refuse(Unavailable, err)
	}
	return nil
}

func failed(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fault.New(fault.Permanent, ErrGone, "The file is no longer kept.", err)
	}
	return Refuse(Unavailable, err)
}

// Check writes, reads and deletes a small file: homeward check.
func (b *Box) Check(ctx context.Context) error {
	const probe = "homeward check"
	key := "check/" + strings.ReplaceAll(NewKey(), "/", "-")
	if err := b.Put(ctx, key, []byte(probe), "text/plain"); err != nil {
		return err
	}
	data, err := b.Read(ctx, key)
	if err == nil && string(data) != probe {
		err = Refuse(Unavailable, fmt.Errorf("files: wrote %d bytes and read %d others", len(probe), len(data)))
	}
	if gone := b.Delete(ctx, key); err == nil {
		err = gone
	}
	return err
}
