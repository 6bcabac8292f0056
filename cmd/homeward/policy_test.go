package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// pastOfAShop is a configuration with a database of three orders and one return: today's policy of the shop is the default.
func pastOfAShop(t *testing.T) (dir, cfg string) {
	t.Helper()
	dir = t.TempDir()
	cfg = filepath.Join(dir, "homeward.yaml")
	text := "database: sqlite:" + filepath.Join(dir, "homeward.db") + `
public_url: http://localhost:8080
secret: "a-secret-for-tests-of-at-least-32-bytes"
shops:
  - {id: acme, name: Acme, country: PL, time_zone: Europe/Warsaw, languages: [pl], sources: [{name: shopify, kind: shopify, secret: "s3cret"}]}
  - {id: bolt, name: Bolt, country: DE, time_zone: Europe/Berlin, languages: [de], sources: [{name: shopify, kind: shopify, secret: "s3cret"}]}
`
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(dir, "homeward.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	order := func(id string, line orders.Line) store.Order {
		line.ID, line.Quantity = "l1", 1
		placed := time.Now().AddDate(0, 0, -20)
		return store.Order{ID: id, Shop: "acme", ExternalID: id, NumberKey: id, EmailKey: "zofia@example.com", CreatedAt: placed, UpdatedAt: placed, State: orders.State{
			Known: true, Order: orders.Order{ID: id, Number: "#" + id, PlacedAt: placed, Currency: "PLN", Lines: []orders.Line{line}, Total: line.UnitPrice,
				Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com"}, Payments: []orders.Payment{{Kind: "stripe", Amount: line.UnitPrice}}},
		}}
	}
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		for _, o := range []store.Order{
			order("1001", orders.Line{Title: "Herbata", SKU: "TEA-1", Category: "food", UnitPrice: 3990}),
			order("1002", orders.Line{Title: "Sofa", SKU: "SOFA-1", Category: "furniture", UnitPrice: 200000}),
			order("1003", orders.Line{Title: "Kubek", SKU: "MUG-1", UnitPrice: 2500}),
		} {
			if err := tx.InsertOrder(t.Context(), o); err != nil {
				return err
			}
		}
		at := time.Now().AddDate(0, 0, -5)
		return tx.InsertCase(t.Context(), store.Case{
			ID: "c1", Shop: "acme", OrderID: "1002", RMA: "R-7K2M", Kind: returns.Return, State: returns.Approved, Nonce: "n", Reason: "other", Remedy: returns.RefundRemedy,
			Items: []returns.Item{{LineID: "l1", Quantity: 1}}, CreatedAt: at, UpdatedAt: at,
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, cfg
}

// said runs a command line and gives its exit code and what it wrote for the reader.
func said(t *testing.T, args ...string) (int, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = w, w
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	out := make(chan string)
	go func() {
		text, _ := io.ReadAll(r)
		out <- string(text)
	}()
	code := run(args)
	_ = w.Close()
	return code, <-out
}

// A newcomer tries a policy: they see how many change, what, how, and why; nothing is written, nobody's name is shown.
func TestPolicyTest(t *testing.T) {
	dir, cfg := pastOfAShop(t)
	rules := filepath.Join(dir, "new.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(rules, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`
rules:
  - {name: food, when: {categories: [food]}, not_returnable: perishable}
  - {name: furniture, when: {categories: [furn*]}, window: 100d, paid_by: shopper, label_fee: 59.00 PLN, restocking: 15%, inspect: true}
approvals:
  - {name: dear, when: {item_value_from: 1000.00 PLN}, then: staff}
`)
	before, err := os.ReadFile(filepath.Join(dir, "homeward.db"))
	if err != nil {
		t.Fatal(err)
	}
	code, text := said(t, "policy", "test", "--config", cfg, "--shop", "acme", rules)
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, text)
	}
	for _, want := range []string{
		"Only read: nothing was changed", "Orders:  3, of which 2 change", "Returns: 1, of which 1 change", "1 ×",
		"Order #1001", "Herbata (TEA-1)", "no: perishable", "why: rule “food”: category “food” is “food”",
		"Order #1002", "→ 100 days from possession", "→ the shopper pays, 59.00 PLN for the label", "→ 15 %", "→ inspected",
		"Return R-7K2M, 1 × Sofa (SOFA-1), other, refund, asked ", "approved at once", "→ a person decides", "why: rule “dear”: the item value 2000.00 PLN is 1000.00 PLN or more",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for _, hidden := range []string{"Order #1003", "Zofia", "zofia@"} {
		if strings.Contains(text, hidden) {
			t.Errorf("it says %q", hidden)
		}
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "homeward.db")); string(after) != string(before) {
		t.Error("the database is another")
	}
	if t.Failed() {
		t.Log("\n" + text)
	}

	if _, text = said(t, "policy", "test", "--config", cfg, "--shop", "acme", "--show", "1", rules); !strings.Contains(text, "… and 1 more; --show 0 shows all") {
		t.Errorf("cut short:\n%s", text)
	}
	if _, text = said(t, "policy", "test", "--config", cfg, "--shop", "acme", "--since", "3d", rules); !strings.Contains(text, "Orders:  none") {
		t.Errorf("of no time:\n%s", text)
	}
	write("rules: [{name: all}]")
	if _, text = said(t, "policy", "test", "--config", cfg, "--shop", "acme", rules); !strings.Contains(text, "says the same as the one in force") || !strings.Contains(text, "Returns: 1, all as before") {
		t.Errorf("the same in other words:\n%s", text)
	}
}

func TestPolicyTestRefuses(t *testing.T) {
	dir, cfg := pastOfAShop(t)
	good, bad := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml")
	for path, text := range map[string]string{good: "rules: [{name: all}]", bad: "rules: [{name: all, restoking: 5%}]"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no file":          {[]string{"--config", cfg, "--shop", "acme"}, 2, "expected \"<new.yaml>\""},
		"a file not there": {[]string{"--config", cfg, "--shop", "acme", filepath.Join(dir, "none.yaml")}, 2, "no such file"},
		"a fault in it":    {[]string{"--config", cfg, "--shop", "acme", bad}, 2, "restoking: is not a known key; did you mean restocking?"},
		"which shop":       {[]string{"--config", cfg, good}, 2, "--shop is missing; write one of acme, bolt"},
		"no such shop":     {[]string{"--config", cfg, "--shop", "acmee", good}, 2, "there is no shop \"acmee\""},
		"since when":       {[]string{"--config", cfg, "--shop", "acme", "--since", "spring", good}, 2, "--since: \"spring\" is not a length of time"},
		"no configuration": {[]string{"--config", filepath.Join(dir, "none"), good}, 2, "there is no "},
	} {
		t.Run(name, func(t *testing.T) {
			code, text := said(t, append([]string{"policy", "test"}, c.args...)...)
			if code != c.code || !strings.Contains(text, c.want) {
				t.Errorf("exit %d, want %d; it does not say %q:\n%s", code, c.code, c.want, text)
			}
		})
	}
	if err := os.Remove(filepath.Join(dir, "homeward.db")); err != nil {
		t.Fatal(err)
	}
	if code, text := said(t, "policy", "test", "--config", cfg, "--shop", "acme", good); code != 1 || !strings.Contains(text, "there is no file") {
		t.Errorf("exit %d without a database:\n%s", code, text)
	}
}
