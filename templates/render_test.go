package templates_test

import (
	"testing"

	"homeward/templates"
)

func TestPreview(t *testing.T) {
	t.Parallel()
	if err := templates.Preview(t.TempDir()); err != nil {
		t.Fatal(err)
	}
}
