package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
	"homeward/internal/trial"
)

// policyCommand groups what concerns a shop's policy of returns.
type policyCommand struct {
	Test policyTestCommand `cmd:"" help:"Run a new policy over past orders and returns, and show what would change. Reads only: nothing is written, nobody is told."`
}

type policyTestCommand struct {
	configFlag
	File  string `arg:""                                                           help:"The new file of rules; docs/policy.md explains its keys."    name:"new.yaml" type:"path"`
	Shop  string `help:"The shop's id. Needed when the configuration has several."`
	Since string `default:"90d"                                                    help:"How far back: orders placed since then, with their returns."`
	Show  int    `default:"20"                                                     help:"How many orders are shown one by one; 0 shows all."`
}

// Run is homeward policy test.
func (c *policyTestCommand) Run(ctx context.Context) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	shop, err := chooseShop(cfg, c.Shop)
	if err != nil {
		return usageError{err}
	}
	since, err := config.ParseDuration(c.Since)
	if err != nil {
		return usageError{fmt.Errorf("--since: %w", err)}
	}
	policy, err := config.LoadPolicy(c.File, shop, os.LookupEnv)
	if err != nil {
		return usageError{err}
	}
	db, err := store.OpenToRead(ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read
	from := time.Now().Add(-since)
	bar := newBar(os.Stderr, "orders")
	show := c.Show
	if show < 1 {
		show = -1
	}
	result, err := trial.Trial{Reads: &db.Reads, Shop: shop, New: policy, Since: from, Show: show, Progress: bar.step}.Run(ctx)
	bar.end()
	if err != nil {
		return err
	}
	fmt.Printf("%s for the shop %s, beside its policy in force, over what was ordered since %s.\nOnly read: nothing was changed.\n\n",
		c.File, shop.ID, from.In(shop.Zone).Format(time.DateOnly))
	return result.Print(os.Stdout)
}

// chooseShop gives the shop that was named, or the only one there is.
func chooseShop(cfg *config.Config, id string) (*config.Shop, error) {
	if id == "" && len(cfg.Shops) == 1 {
		return &cfg.Shops[0], nil
	}
	if shop, ok := cfg.Shop(id); ok {
		return shop, nil
	}
	ids := make([]string, len(cfg.Shops))
	for i := range cfg.Shops {
		ids[i] = cfg.Shops[i].ID
	}
	if id == "" {
		return nil, fmt.Errorf("--shop is missing; write one of %s", strings.Join(ids, ", "))
	}
	return nil, fmt.Errorf("--shop: there is no shop %q; write one of %s", id, strings.Join(ids, ", "))
}

// bar tells on a terminal how far something is; elsewhere it says nothing.
type bar struct {
	w     io.Writer // nil: no terminal
	what  string
	shown time.Time
}

// barEvery keeps a bar from flickering.
const barEvery = 100 * time.Millisecond

func newBar(f *os.File, what string) *bar {
	b := &bar{what: what}
	if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		b.w = f
	}
	return b
}

func (b *bar) step(done, total int) {
	if b.w == nil || (time.Since(b.shown) < barEvery && done < total) {
		return
	}
	b.shown = time.Now()
	const width = 30
	full := width * done / max(total, 1)
	fmt.Fprintf(b.w, "\r[%s%s] %d of %d %s", strings.Repeat("#", full), strings.Repeat(".", width-full), done, total, b.what) //nolint:errcheck // a terminal that is gone
}

func (b *bar) end() {
	if b.w != nil && !b.shown.IsZero() {
		fmt.Fprintln(b.w) //nolint:errcheck // a terminal that is gone
	}
}
