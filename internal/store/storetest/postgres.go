// Package storetest gives tests a database of their own, in a SQLite file or on a PostgreSQL server.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// Env is the environment variable that holds the address of a PostgreSQL server where databases may be created.
const Env = "HOMEWARD_TEST_POSTGRES"

var databases atomic.Int64

// Postgres makes a database of its own for a test and drops it afterwards; it skips when there is no server.
func Postgres(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv(Env)
	if dsn == "" {
		t.Skip(Env + " is not set: it holds the address of a PostgreSQL server where databases may be created")
	}
	server, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("homeward_test_%d_%d", os.Getpid(), databases.Add(1))
	// A language's own order of letters, where the server has one: nothing may depend on it.
	create := "CREATE DATABASE " + name + " TEMPLATE template0"
	_, err = server.ExecContext(t.Context(), create+" ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'")
	if err != nil {
		if _, err = server.ExecContext(t.Context(), create); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		_, err := server.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		if err != nil {
			t.Error(err)
		}
		_ = server.Close()
	})
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + name
	return address.String()
}
