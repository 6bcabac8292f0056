// Command bench measures Homeward beside a bare baseline, on this machine, in one run, and prints one table:
//
//	go run ./bench
//
// The servers run in processes of their own, so that the load generator, which is this process, does not count as theirs.
// README.md says what each row is and what was measured when.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	short   bool
	only    string
	rounds  int
	seconds time.Duration // of load, each round
	mails   int           // in the backlog of drain
	idle    time.Duration
	profile string
}

func main() {
	if ranAsServer() {
		return
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE) // a reader who leaves must not leave servers behind
	defer stop()
	b, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer b.close()
	b.table.head(o)
	for _, part := range parts {
		if o.only != "" && !slices.Contains(strings.Split(o.only, ","), part.name) {
			continue
		}
		if err := part.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return b.table.end(os.Stdout)
}

// part is what -only chooses from.
type part struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

// parts are all of them, in the order of the table.
var parts = []part{{"accept", accept}, {"way", way}, {"drain", drain}, {"idle", idle}}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.short, "short", false, "a few seconds, to see that it works; its figures mean nothing")
	f.StringVar(&o.only, "only", "", "some parts, with commas: accept, way, drain, idle")
	f.IntVar(&o.rounds, "rounds", 3, "how often each server is measured; the table holds medians")
	f.DurationVar(&o.seconds, "for", 5*time.Second, "how long each round lasts")
	f.IntVar(&o.mails, "mails", 10000, "how many mails wait in the backlog of drain")
	f.StringVar(&o.profile, "profile", "", "a folder for CPU profiles of the servers")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	for name := range strings.SplitSeq(o.only, ",") {
		if name != "" && !slices.ContainsFunc(parts, func(p part) bool { return p.name == name }) {
			return o, fmt.Errorf("-only %s: there is no such part; choose from accept, way, drain, idle", name)
		}
	}
	o.idle = 30 * time.Second
	if o.short {
		o.rounds, o.seconds, o.mails, o.idle = 1, 300*time.Millisecond, 200, time.Second
	}
	if o.rounds < 1 || o.seconds <= 0 || o.mails < 1 || o.seconds > time.Minute || o.mails > 200000 {
		return o, errors.New("-rounds and -mails are at least 1, -mails at most 200000, -for at most 1m")
	}
	return o, nil
}
