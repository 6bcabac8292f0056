package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"homeward/internal/app"
	"homeward/internal/cases"
	"homeward/internal/check"
	"homeward/internal/config"
	"homeward/internal/files"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
	"homeward/jobs"
	"homeward/providers/smtp"
	"homeward/providers/stripe"
	"homeward/providers/twilio"
)

type checkCommand struct {
	configFlag
	Evidence bool `help:"Only read the evidence of statutory statements and say whether anything in it was changed."`
}

var errCheck = errors.New("something is wrong; see above")

// Run is homeward check.
func (c *checkCommand) Run(ctx context.Context) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if c.Evidence {
		return checkEvidence(ctx, cfg, os.Stdout)
	}
	var opened closers
	defer opened.close()
	if !check.Run(ctx, cfg, os.Stdout, probes(&opened)) {
		return errCheck
	}
	return nil
}

// checkEvidence reads the chain of evidence and says how it stands.
func checkEvidence(ctx context.Context, cfg *config.Config, w io.Writer) error {
	db, err := store.OpenToRead(ctx, cfg.Database) // whoever looks at evidence, or at a backup of it, changes nothing
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read
	found, err := withdrawals.Verify(ctx, db)
	claims := 0
	if err == nil {
		claims, err = cases.VerifyClaims(ctx, db)
	}
	if errors.Is(err, store.ErrEvidence) {
		fmt.Fprintf(w, "FAIL evidence    %v; compare with a backup\n", err)
		return errCheck
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "ok   evidence    %d lines hold together, %d statements of withdrawal and %d claims with their answers are what they were; the last line is %s: keep it elsewhere, and lines cut off at the end show as well\n",
		found.Lines, found.Statements, claims, cmp.Or(found.Last, "none"))
	return nil
}

// closers are what the checks opened.
type closers []func()

func (c *closers) close() {
	for _, f := range *c {
		f()
	}
}

// probes reach the world the way the system itself does.
func probes(opened *closers) check.Probes {
	quiet := slog.New(slog.DiscardHandler)
	return check.Probes{
		Database: func(ctx context.Context, dsn string) (check.Database, error) {
			found, err := store.Look(ctx, dsn)
			return map[store.Stand]check.Database{store.Migrated: check.Migrated, store.Older: check.Older, store.Empty: check.Empty}[found], err
		},
		Redis: func(_ context.Context, address string) (check.Informer, error) {
			r, err := jobs.OpenRedis(address, nil, quiet)
			if err != nil {
				return nil, err
			}
			*opened = append(*opened, func() { _ = r.Close() })
			return r.Client(), nil
		},
		SMTP: func(m config.Mail) (check.Checker, error) {
			pool := smtp.New(app.MailConfig(m, app.Seams{}))
			*opened = append(*opened, pool.Close)
			return pool, nil
		},
		Twilio: func(s config.SMS) (check.Checker, error) { return twilio.New(app.SMSConfig(s, app.Seams{})) },
		Stripe: func(p config.Payments) (check.Checker, error) { return stripe.New(app.StripeConfig(p, app.Seams{})) },
		Files: func(ctx context.Context, address string) (check.Checker, error) {
			box, err := files.Open(ctx, address)
			if err != nil {
				return nil, err
			}
			*opened = append(*opened, func() { _ = box.Close() })
			return box, nil
		},
		Resolver: net.DefaultResolver,
		HTTP:     &http.Client{Timeout: 10 * time.Second},
	}
}
