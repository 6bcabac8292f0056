package files_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/internal/files"
)

// boxes run a test on a folder and on a bucket over the wire.
func boxes(t *testing.T, test func(t *testing.T, box *files.Box)) {
	t.Run("folder", func(t *testing.T) { test(t, openBox(t, filepath.Join(t.TempDir(), "files"))) })
	t.Run("bucket", func(t *testing.T) {
		store := &fakeS3{objects: map[string][]byte{}}
		server := httptest.NewServer(store)
		t.Cleanup(server.Close)
		t.Setenv("AWS_ACCESS_KEY_ID", "key")
		t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
		t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
		test(t, openBox(t, "s3://returns?region=us-east-1&endpoint="+server.URL))
		if store.unsigned > 0 {
			t.Errorf("%d requests were not signed", store.unsigned)
		}
	})
}

func openBox(t *testing.T, address string) *files.Box {
	t.Helper()
	box, err := files.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return box
}

// fakeS3 speaks what is used of the protocol: an object put, given and deleted, under the bucket's name in the path.
type fakeS3 struct {
	mu       sync.Mutex
	objects  map[string][]byte
	unsigned int
}

func (s *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, ok := strings.CutPrefix(r.URL.Path, "/returns/")
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=key/") {
		s.unsigned++
	}
	data, there := s.objects[key]
	switch {
	case !ok || r.Header.Get("X-Amz-Checksum-Crc32") != "" || strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING"):
		w.WriteHeader(http.StatusNotImplemented) // what simple stores do not know
	case r.Method == http.MethodPut:
		s.objects[key], _ = io.ReadAll(r.Body)
	case r.Method == http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case !there:
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>`)
	default:
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

func TestBox(t *testing.T) {
	boxes(t, func(t *testing.T, box *files.Box) {
		ctx, key := t.Context(), files.NewKey()
		data := bytes.Repeat([]byte("photo "), 100_000)
		if err := box.Put(ctx, key, data, "image/jpeg"); err != nil {
			t.Fatalf("Put: %v (%v)", err, fault.Of(err).Cause)
		}
		if got, err := box.Read(ctx, key); err != nil || !bytes.Equal(got, data) {
			t.Errorf("Read gave %d bytes, %v", len(got), err)
		}
		for range 2 { // also what is gone already
			if err := box.Delete(ctx, key); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}
		if _, err := box.Read(ctx, key); fault.Code(err) != files.ErrGone {
			t.Errorf("Read of what is gone: %v", err)
		}
		if err := box.Check(ctx); err != nil {
			t.Errorf("Check: %v (%v)", err, fault.Of(err).Cause)
		}
		if err := box.Tidy(time.Now()); err != nil {
			t.Errorf("Tidy: %v", err)
		}
	})
}

// TestFolderIsPrivate: nobody else on the machine reads a photo, and a write that was killed leaves nothing for ever.
func TestFolderIsPrivate(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "files")
	box := openBox(t, folder)
	key := files.NewKey()
	if err := box.Put(t.Context(), key, []byte("x"), "image/jpeg"); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(folder, key+".18f.tmp")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Tidy(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Error("the half-written file is still there")
	}
	if _, err := box.Read(t.Context(), key); err != nil {
		t.Errorf("the whole one is gone: %v", err)
	}
}

// TestOnlyTheLastFolderIsMade: a wrong path is told, not made.
func TestOnlyTheLastFolderIsMade(t *testing.T) {
	t.Parallel()
	if _, err := files.Open(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder")); fault.Code(err) != files.Unavailable {
		t.Errorf("opened, or %v", err)
	}
}

// TestSilentBucket: a bucket that takes requests and never answers holds nobody for ever.
func TestSilentBucket(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody would notice that the asker is gone
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := openBox(t, "s3://returns?region=us-east-1&endpoint="+server.URL)
	b.Hurry(50 * time.Millisecond)
	_, unread := b.Read(t.Context(), "k")
	for name, err := range map[string]error{
		"Put": b.Put(t.Context(), "k", []byte("x"), files.PDF), "Read": unread, "Delete": b.Delete(t.Context(), "k"),
	} {
		if fault.Code(err) != files.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}
