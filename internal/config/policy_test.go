package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/config"
	"homeward/internal/returns"
)

// shopOf is the shop that the files of rules here are for.
func shopOf() *config.Shop {
	return &config.Shop{ID: "acme", Languages: []string{"pl", "en"}, Returns: config.Returns{Window: 30 * 24 * time.Hour}}
}

func loadPolicy(t testing.TB, text string) (returns.Policy, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.LoadPolicy(path, shopOf(), sample)
}

const dayLong = 24 * time.Hour

func TestPolicyReadsEverything(t *testing.T) {
	got, err := loadPolicy(t, `
rules:
  - {name: hygiene, when: {categories: [under*], countries: [PL], skus: [A]}, not_returnable: hygiene}
  - {name: big, when: {skus: [B-*]}, window: 100d, from: delivered, paid_by: shopper, label_fee: ["59.00 PLN", "14 EUR"], handling_fee: 10.00 PLN,
     restocking: 15%, remedies: [refund, credit, keep], credit_bonus: 10, keep_below: "5 EUR", reasons: [too_wide, damaged, arrived_late], inspect: true}
  - {name: rest, refund_when: first_scan}
reasons:
  - {code: damaged, photos: required}
  - {code: too_wide, text: {pl: Za szeroki, en: Too wide}, paid_by: shopper, remedies: [exchange], photos: wanted, questions: [{code: door, text: {pl: Jakie drzwi?}, required: true}]}
approvals:
  - {name: often, when: {earlier_returns_from: 5, return_rate_from: 60%}, then: staff}
  - {name: old, when: {order_age_from: 365d, countries: [DE], reasons: [too_wide], remedies: [refund], order_total_from: 1 PLN, order_total_below: 2 PLN,
     item_value_from: 3 PLN, item_value_below: 4 PLN}, then: refuse, because: order_too_old}
`)
	if err != nil {
		t.Fatal(err)
	}
	damaged := returns.ReasonRule{Code: "damaged", PaidBy: returns.ShopPays, Photos: returns.PhotosRequired, Claim: true}
	wide := returns.ReasonRule{
		Code: "too_wide", Text: returns.Texts{"pl": "Za szeroki", "en": "Too wide"}, PaidBy: returns.ShopperPays, Remedies: []returns.Remedy{returns.ExchangeRemedy},
		Photos: returns.PhotosWanted, Questions: []returns.Question{{Code: "door", Text: returns.Texts{"pl": "Jakie drzwi?"}, Required: true}},
	}
	amount := func(minor int64, currency string) returns.Amounts {
		return returns.Amounts{{Minor: minor, Currency: currency}}
	}
	want := returns.Policy{
		Rules: []returns.Rule{
			{Name: "hygiene", When: returns.Match{Countries: []string{"PL"}, Categories: []string{"under*"}, SKUs: []string{"A"}}, Terms: returns.Terms{
				Excluded: returns.Hygiene, Window: 30 * dayLong, From: returns.FromPossession, PaidBy: returns.ShopPays, Remedies: returns.Remedies, RefundWhen: returns.OnReceipt,
			}},
			{Name: "big", When: returns.Match{SKUs: []string{"B-*"}}, Terms: returns.Terms{
				Window: 100 * dayLong, From: returns.FromDelivered, PaidBy: returns.ShopperPays, LabelFee: append(amount(5900, "PLN"), amount(1400, "EUR")...),
				HandlingFee: amount(1000, "PLN"), Restocking: 15, Remedies: []returns.Remedy{returns.RefundRemedy, returns.CreditRemedy, returns.KeepRemedy}, CreditBonus: 10,
				KeepBelow: amount(500, "EUR"), Reasons: []returns.ReasonRule{wide, damaged, {Code: "arrived_late"}}, Inspect: true, RefundWhen: returns.OnInspection,
			}},
			{Name: "rest", Terms: returns.Terms{Window: 30 * dayLong, From: returns.FromPossession, PaidBy: returns.ShopPays, Remedies: returns.Remedies, RefundWhen: returns.OnFirstScan}},
		},
		Reasons: []returns.ReasonRule{damaged, wide},
		Approvals: []returns.Approval{
			{Name: "often", When: returns.Circumstances{ReturnsFrom: 5, ReturnRateFrom: 60}, Then: returns.ThenStaff},
			{Name: "old", When: returns.Circumstances{
				Match: returns.Match{Countries: []string{"DE"}}, Reasons: []returns.Reason{"too_wide"}, Remedies: []returns.Remedy{returns.RefundRemedy},
				OrderTotalFrom: amount(100, "PLN"), OrderTotalBelow: amount(200, "PLN"), ItemValueFrom: amount(300, "PLN"), ItemValueBelow: amount(400, "PLN"),
				OrderAgeFrom: 365 * dayLong,
			}, Then: returns.ThenRefuse, Because: returns.OrderTooOld},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEachFaultOfAPolicyNamesKeyValueAndMend(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":                {"", `says nothing; write rules, reasons or approvals`},
		"no yaml":              {"rules: [", `rules.yaml:1: is not YAML`},
		"unknown key":          {"rule: []", `rules.yaml:1: rule: is not a known key; did you mean rules?`},
		"no list":              {"rules: x", `rules: holds a single value where a list belongs`},
		"no name":              {"rules: [{window: 3d}]", `rules[0].name: is missing or empty; write a name that says to staff`},
		"name twice":           {"rules: [{name: a, when: {skus: [x]}}, {name: a}]", `rules[1].name: "a" stands twice`},
		"reserved":             {"rules: [{name: default}]", `rules[0].name: "default" is what decides when no rule does`},
		"never reached":        {"rules: [{name: a}, {name: b}]", `rules[1].name: is never reached: the rule "a" before it has no when`},
		"key of a rule":        {"rules: [{name: a, restoking: 5}]", `rules[0].restoking: is not a known key; did you mean restocking?`},
		"key of when":          {"rules: [{name: a, when: {sku: [x]}}]", `rules[0].when.sku: is not a known key; did you mean skus?`},
		"country":              {"rules: [{name: a, when: {countries: [Poland]}}]", `rules[0].when.countries[0]: "Poland" is not a country of ISO 3166-1`},
		"empty pattern":        {"rules: [{name: a, when: {skus: [' ']}}]", `rules[0].when.skus[0]: is empty`},
		"exclusion":            {"rules: [{name: a, not_returnable: hygene}]", `rules[0].not_returnable: "hygene" is not known; did you mean hygiene?`},
		"exclusion and more":   {"rules: [{name: a, not_returnable: hygiene, restocking: 5%}]", `rules[0].restocking: says nothing beside not_returnable`},
		"window":               {"rules: [{name: a, window: 2h}]", `rules[0].window: "2h" is out of range; write 1d to 3650d`},
		"from":                 {"rules: [{name: a, from: paid}]", `rules[0].from: "paid" is not known; write one of possession, delivered, shipped, placed`},
		"payer":                {"rules: [{name: a, paid_by: me}]", `rules[0].paid_by: "me" is not known; write one of shop, shopper`},
		"fee nobody pays":      {"rules: [{name: a, label_fee: 3 EUR}]", `rules[0].label_fee: is never taken, because paid_by is shop`},
		"fee without currency": {"rules: [{name: a, handling_fee: 3.50}]", `rules[0].handling_fee: "3.50" is not an amount with its currency; write it as "14.99 PLN"`},
		"fee of a cent more":   {"rules: [{name: a, handling_fee: 3.505 EUR}]", `rules[0].handling_fee: "3.505 EUR" is not an amount`},
		"negative fee":         {"rules: [{name: a, handling_fee: -3 EUR}]", `rules[0].handling_fee: "-3 EUR" is not an amount`},
		"no currency":          {"rules: [{name: a, handling_fee: 3 EUX}]", `rules[0].handling_fee: "EUX" is not a currency of ISO 4217`},
		"currency twice":       {"rules: [{name: a, handling_fee: [3 EUR, 4 EUR]}]", `rules[0].handling_fee[1]: EUR stands twice`},
		"restocking":           {"rules: [{name: a, restocking: 120%}]", `rules[0].restocking: "120%" is not a whole number of percent from 0 to 100; write 15%`},
		"remedy":               {"rules: [{name: a, remedies: [refnd]}]", `rules[0].remedies[0]: "refnd" is not known; did you mean refund?`},
		"keep without limit":   {"rules: [{name: a, remedies: [keep]}]", `rules[0].keep_below: is missing; remedies has keep`},
		"limit without keep":   {"rules: [{name: a, keep_below: 3 EUR}]", `rules[0].keep_below: does nothing, because remedies has no keep`},
		"bonus without credit": {"rules: [{name: a, credit_bonus: 3%}]", `rules[0].credit_bonus: does nothing, because remedies has no credit`},
		"bool":                 {"rules: [{name: a, inspect: maybe}]", `rules[0].inspect: "maybe" is neither true nor false`},
		"refund when":          {"rules: [{name: a, refund_when: receved}]", `rules[0].refund_when: "receved" is not known; did you mean received?`},
		"reason of a rule":     {"rules: [{name: a, reasons: [damagd]}]", `rules[0].reasons[0]: "damagd" is not known; did you mean damaged?`},
		"reason code":          {"reasons: [{code: Too wide, text: {pl: x}}]", `reasons[0].code: "Too wide" cannot be used; use up to 40 of a-z, 0-9 and _`},
		"reason twice":         {"reasons: [{code: other}, {code: other}]", `reasons[1].code: "other" stands twice`},
		"reason without text":  {"reasons: [{code: wide}]", `reasons[0].text: has no pl, the shop's first language; write {pl: …}`},
		"text elsewhere":       {"reasons: [{code: wide, text: {en: x}}]", `reasons[0].text: has no pl`},
		"no language":          {"reasons: [{code: wide, text: {pl: x, fr: y}}]", `reasons[0].text.fr: is no language that Homeward speaks`},
		"text is empty":        {"reasons: [{code: wide, text: {pl: ''}}]", `reasons[0].text.pl: is empty`},
		"fault is the shop's":  {"reasons: [{code: damaged, paid_by: shopper}]", `reasons[0].paid_by: cannot be shopper for "damaged"`},
		"photos":               {"reasons: [{code: other, photos: yes}]", `reasons[0].photos: "yes" is not known; write one of wanted, required`},
		"question":             {"reasons: [{code: other, questions: [{text: {pl: x}}]}]", `reasons[0].questions[0].code: is missing or empty`},
		"question text":        {"reasons: [{code: other, questions: [{code: x}]}]", `reasons[0].questions[0].text: has no pl`},
		"no then":              {"approvals: [{name: a}]", `approvals[0].then: is missing or empty; write auto, staff or refuse`},
		"then":                 {"approvals: [{name: a, then: staf}]", `approvals[0].then: "staf" is not known; did you mean staff?`},
		"refuse why":           {"approvals: [{name: a, then: refuse}]", `approvals[0].because: is missing; tell the shopper why`},
		"why for nothing":      {"approvals: [{name: a, then: auto, because: hygiene}]", `approvals[0].because: does nothing, because then is auto`},
		"customer is refused":  {"approvals: [{name: a, when: {return_rate_from: 50%}, then: refuse, because: shop_policy}]", `approvals[0].then: cannot be refuse where earlier_returns_from or return_rate_from is looked at`},
		"customer is approved": {"approvals: [{name: a, when: {earlier_returns_from: 1}, then: auto}]", `approvals[0].then: cannot be auto`},
		"number":               {"approvals: [{name: a, when: {earlier_returns_from: many}, then: staff}]", `approvals[0].when.earlier_returns_from: "many" is not a whole number`},
		"variable":             {"rules: [{name: '${NOPE}'}]", `rules[0].name: the environment variable NOPE is not set`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loadPolicy(t, test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

// The file is found beside homeward.yaml, and its faults come together with those of that one.
func TestPolicyFileBesideTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "rules.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.Replace(small, "country: PL", "returns: {window: 14d, policy: rules.yaml}\n    country: PL", 1)
	if _, err := config.Parse([]byte(text), dir, sample); err == nil || !strings.Contains(err.Error(), "shops[0].returns.policy: cannot be read: ") {
		t.Errorf("without the file: %v", err)
	}
	write("rules: [{name: a, restocking: 5%}]")
	c, err := config.Parse([]byte(text), dir, sample)
	if err != nil {
		t.Fatal(err)
	}
	if r := c.Shops[0].Returns; len(r.Policy.Rules) != 1 || r.Policy.Rules[0].Window != 14*dayLong || r.PolicyFile != filepath.Join(dir, "rules.yaml") {
		t.Errorf("got %+v", r)
	}
	write("rules: [{name: a, restocking: much}]")
	_, err = config.Parse([]byte(text+"lisen: x\n"), dir, sample)
	if err == nil || !strings.Contains(err.Error(), `rules.yaml:1: rules[0].restocking: "much"`) || !strings.Contains(err.Error(), "lisen: is not a known key") {
		t.Errorf("got\n%v", err)
	}
	var faults config.Faults
	if !errors.As(err, &faults) || len(faults) != 2 {
		t.Errorf("%d faults", len(faults))
	}
}

// Every key that the reader knows is in the example and in the page about it.
func TestEveryKeyOfAPolicyIsExplained(t *testing.T) {
	example, page := fileOf(t, "policy.example.yaml"), fileOf(t, "docs/policy.md")
	if _, err := config.LoadPolicy(filepath.Join("..", "..", "policy.example.yaml"), shopOf(), sample); err != nil {
		t.Errorf("the example:\n%v", err)
	}
	known := regexp.MustCompile(`known here: (.*)`)
	var keys []string
	for _, text := range []string{
		"zzzzzzzzzzzzzzzz: 1", "rules: [{name: a, zzzzzzzzzzzzzzzz: 1}]", "rules: [{name: a, when: {zzzzzzzzzzzzzzzz: 1}}]", "reasons: [{code: other, zzzzzzzzzzzzzzzz: 1}]",
		"reasons: [{code: other, questions: [{zzzzzzzzzzzzzzzz: 1}]}]", "approvals: [{name: a, then: staff, zzzzzzzzzzzzzzzz: 1}]",
		"approvals: [{name: a, then: staff, when: {zzzzzzzzzzzzzzzz: 1}}]",
	} {
		_, err := loadPolicy(t, text)
		match := known.FindStringSubmatch(err.Error())
		if match == nil {
			t.Fatalf("%s: %v", text, err)
		}
		keys = append(keys, strings.Split(match[1], ", ")...)
	}
	slices.Sort(keys)
	if keys = slices.Compact(keys); len(keys) < 30 {
		t.Fatalf("only %d keys were found: %v", len(keys), keys)
	}
	for _, key := range keys {
		if !regexp.MustCompile(`(?m)\b` + key + `:( |$)`).MatchString(example) {
			t.Errorf("policy.example.yaml does not show %s", key)
		}
		if !regexp.MustCompile("[`.]"+key+"`").MatchString(page) && key != "when" {
			t.Errorf("docs/policy.md does not explain %s", key)
		}
	}
}

// FuzzPolicy: whatever the file holds, there is either a list of faults or a policy that keeps what no policy may break.
func FuzzPolicy(f *testing.F) {
	f.Add("rules: [{name: a, restocking: 5%, paid_by: shopper, label_fee: [1 EUR, 2 PLN]}]")
	f.Add("reasons: [{code: damaged}, {code: x, text: {pl: a}}]\napprovals: [{name: b, when: {return_rate_from: 3%}, then: staff}]")
	f.Add("rules: &a [*a]")
	f.Add(fileOfFuzz(f, "policy.example.yaml"))
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file:") {
			return // it would read files of this machine
		}
		policy, err := loadPolicy(t, text)
		if err != nil {
			var faults config.Faults
			if !errors.As(err, &faults) || len(faults) == 0 || faults.Error() == "" {
				t.Fatalf("not a list of faults: %v", err)
			}
			return
		}
		for _, r := range policy.Rules {
			fees := append(append(slices.Clone(r.LabelFee), r.HandlingFee...), r.KeepBelow...)
			if slices.ContainsFunc(fees, func(a returns.Amount) bool { return a.Minor <= 0 || len(a.Currency) != 3 }) ||
				r.Restocking < 0 || r.Restocking > 100 || r.Window < dayLong || r.Name == "" || len(r.Remedies) == 0 {
				t.Fatalf("%+v", r)
			}
		}
		for _, r := range policy.Reasons {
			if r.ShopsFault() && r.PaidBy != returns.ShopPays {
				t.Fatalf("%+v", r)
			}
		}
		for _, a := range policy.Approvals {
			if a.Signals() && a.Leads() != returns.ThenStaff || a.Then == returns.ThenRefuse && a.Because == "" {
				t.Fatalf("%+v", a)
			}
		}
	})
}

func fileOfFuzz(f *testing.F, name string) string {
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		f.Fatal(err)
	}
	return string(data)
}
