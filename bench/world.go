package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // makes and drops the databases
	"github.com/redis/go-redis/v9"
)

// Where real servers are, for the tests and for this: see CONTRIBUTING.md.
const (
	redisEnv    = "HOMEWARD_TEST_REDIS"
	postgresEnv = "HOMEWARD_TEST_POSTGRES"
)

// bench is one run: the servers outside, a folder, and the table.
type bench struct {
	options
	dir       string
	redisAddr string
	redis     *redis.Client
	server    *exec.Cmd // the Redis that this run started, else nil
	sink      *sink
	table     *table
	databases int
	profiles  int
	serial    uint64 // of the orders; every round's are new
}

func open(ctx context.Context, o options) (*bench, error) {
	dir, err := os.MkdirTemp("", "homeward-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, dir: dir, table: &table{}}
	if err := b.openRedis(ctx); err != nil {
		b.close()
		return nil, err
	}
	if b.sink, err = newSink(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() {
	if b.sink != nil {
		b.sink.close()
	}
	if b.redis != nil {
		_ = b.redis.Close()
	}
	if b.server != nil {
		_ = b.server.Process.Kill()
		_ = b.server.Wait()
	}
	_ = os.RemoveAll(b.dir)
}

// openRedis takes the Redis that the environment names, or starts one with the settings that Homeward recommends.
func (b *bench) openRedis(ctx context.Context) error {
	b.redisAddr = os.Getenv(redisEnv)
	if b.redisAddr == "" {
		program, err := exec.LookPath("redis-server")
		if err != nil {
			return fmt.Errorf("a real Redis is needed: set %s=host:port to one that may be flushed, or install redis-server", redisEnv)
		}
		if b.redisAddr, err = freePort(); err != nil {
			return err
		}
		_, port, _ := net.SplitHostPort(b.redisAddr)
		b.server = exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--dir", b.dir, "--save", "", //nolint:gosec // looked up in PATH
			"--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction")
		if err := b.server.Start(); err != nil {
			b.server = nil
			return err
		}
	}
	b.redis = redis.NewClient(&redis.Options{Addr: b.redisAddr})
	return until(ctx, 10*time.Second, func() bool { return b.redis.Ping(ctx).Err() == nil })
}

// freePort gives a loopback address that was free a moment ago.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close() //nolint:errcheck // only its address is wanted
	return l.Addr().String(), nil
}

var errTooLong = errors.New("it took too long")

// until asks again and again, for things that give no signal.
func until(ctx context.Context, limit time.Duration, ok func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// engine is a database that the rows are measured on.
type engine string

const (
	sqlite   engine = "SQLite"
	postgres engine = "PostgreSQL"
)

// engines gives SQLite, and PostgreSQL where there is one.
func engines() []engine {
	if os.Getenv(postgresEnv) == "" {
		return []engine{sqlite}
	}
	return []engine{sqlite, postgres}
}

// database makes an empty database. Call drop when its server has ended.
func (b *bench) database(ctx context.Context, e engine) (dsn string, drop func(), err error) {
	b.databases++
	if e == sqlite {
		path := filepath.Join(b.dir, fmt.Sprintf("%d.db", b.databases))
		return "sqlite:" + path, func() {
			for _, suffix := range []string{"", "-wal", "-shm", ".migrate.lock"} {
				_ = os.Remove(path + suffix)
			}
		}, nil
	}
	address, err := url.Parse(os.Getenv(postgresEnv))
	if err != nil {
		return "", nil, errors.New(postgresEnv + " cannot be read")
	}
	server, err := sql.Open("pgx", address.String())
	if err != nil {
		return "", nil, err
	}
	name := fmt.Sprintf("homeward_bench_%d_%d", os.Getpid(), b.databases)
	if _, err := server.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", nil, errors.Join(err, server.Close())
	}
	address.Path = "/" + name
	return address.String(), func() {
		_, _ = server.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
		_ = server.Close()
	}, nil
}

// redisCPU gives the processor time that Redis used so far.
func (b *bench) redisCPU(ctx context.Context) time.Duration {
	info, err := b.redis.Info(ctx, "cpu").Result()
	if err != nil {
		return 0
	}
	var seconds float64
	lines := bufio.NewScanner(strings.NewReader(info))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		if name == "used_cpu_user" || name == "used_cpu_sys" {
			f, _ := strconv.ParseFloat(strings.TrimSpace(value), 64)
			seconds += f
		}
	}
	return time.Duration(seconds * float64(time.Second))
}
