package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"homeward/internal/returns"
)

// maxPolicyFile bounds a file of rules.
const maxPolicyFile = 1 << 20

// policyReader reads a file of rules for one shop.
type policyReader struct {
	window    time.Duration // of a rule that names none
	languages []string      // the shop's
	reasons   []returns.ReasonRule
}

// LoadPolicy reads a file of rules as the shop's own would be read, for a look at what it would change. It fails as Load does.
func LoadPolicy(path string, shop *Shop, env func(string) (string, bool)) (returns.Policy, error) {
	data, err := readPolicy(path)
	if err != nil {
		return returns.Policy{}, fmt.Errorf("policy: %w", err)
	}
	p := policyReader{window: shop.Returns.Window, languages: shop.Languages}
	policy, faults := p.read(path, data, expander{dir: filepath.Dir(path), env: env})
	if len(faults) > 0 {
		return returns.Policy{}, faults
	}
	return policy, nil
}

func readPolicy(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxPolicyFile+1))
	if err == nil && len(data) > maxPolicyFile {
		err = fmt.Errorf("%s is over %d bytes; a policy is a short list of rules", path, maxPolicyFile)
	}
	return data, err
}

// policy reads the file that the key policy names; its faults join those of this file.
func (s *section) policy(p policyReader) (file string, policy returns.Policy) {
	file = s.text("policy")
	if file == "" {
		return "", returns.Policy{}
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(s.doc.values.dir, file)
	}
	data, err := readPolicy(file)
	if err != nil {
		s.fault("policy", "cannot be read: %s; write a path that starts at the folder of this file", err)
		return file, returns.Policy{}
	}
	policy, faults := p.read(file, data, expander{dir: filepath.Dir(file), env: s.doc.values.env})
	s.doc.faults = append(s.doc.faults, faults...)
	return file, policy
}

// read reads the rules, reasons and approvals of a file.
func (p policyReader) read(name string, data []byte, values expander) (returns.Policy, Faults) {
	doc, root := newDocument(name, data, values)
	if len(doc.faults) > 0 {
		return returns.Policy{}, doc.faults
	}
	top := doc.section("", root)
	p.reasons = p.readReasons(top)
	out := returns.Policy{Rules: p.readRules(top), Approvals: p.readApprovals(top), Reasons: p.reasons}
	top.close()
	if !top.present() && len(doc.faults) == 0 {
		doc.add(root, "", "says nothing; write rules, reasons or approvals")
	}
	return out, doc.faults
}

func (p policyReader) readRules(top *section) []returns.Rule {
	var out []returns.Rule
	var names []string
	last := ""
	for _, s := range top.sections("rules") {
		rule := p.rule(s, names)
		if last != "" {
			s.fault("name", "is never reached: the rule %q before it has no when, so that it decides on everything", last)
		}
		if len(rule.When.Countries)+len(rule.When.Categories)+len(rule.When.SKUs) == 0 {
			last = rule.Name
		}
		names = append(names, rule.Name)
		out = append(out, rule)
	}
	return out
}

func (p policyReader) rule(s *section, names []string) returns.Rule {
	defer s.close()
	rule := returns.Rule{Name: s.ruleName(names), When: s.section("when").matchAlone(), Terms: returns.Terms{
		Excluded:    returns.Code(s.oneOf("not_returnable", codes(returns.Exclusions))),
		Window:      s.duration("window", p.window, day, 3650*day),
		From:        returns.From(s.word("from", "possession", "delivered", "shipped", "placed")),
		PaidBy:      returns.Payer(s.word("paid_by", "shop", "shopper")),
		LabelFee:    s.amounts("label_fee"),
		HandlingFee: s.amounts("handling_fee"),
		Restocking:  s.percent("restocking"),
		Remedies:    s.remedies("remedies"),
		CreditBonus: s.percent("credit_bonus"),
		KeepBelow:   s.amounts("keep_below"),
		Reasons:     p.named(s),
		Inspect:     s.boolean("inspect"),
		RefundWhen:  returns.RefundWhen(s.oneOf("refund_when", []string{"at_once", "first_scan", "received", "inspected"})),
	}}
	if rule.RefundWhen == "" {
		rule.RefundWhen = returns.OnReceipt
		if rule.Inspect {
			rule.RefundWhen = returns.OnInspection
		}
	}
	if len(rule.Remedies) == 0 {
		rule.Remedies = returns.Remedies
	}
	s.sense(rule)
	return rule
}

// sense tells of keys that contradict each other, so that nobody believes in a rule that does nothing.
func (s *section) sense(rule returns.Rule) {
	offers := func(r returns.Remedy) bool { return slices.Contains(rule.Remedies, r) }
	switch {
	case rule.Excluded != "":
		for _, key := range s.keys {
			if key != "name" && key != "when" && key != "not_returnable" && slices.Contains(s.known, key) {
				s.fault(key, "says nothing beside not_returnable; leave one of the two out")
			}
		}
		return
	case rule.PaidBy == returns.ShopPays && len(rule.LabelFee) > 0:
		s.fault("label_fee", "is never taken, because paid_by is shop; write paid_by: shopper, or leave it out")
	case offers(returns.KeepRemedy) && len(rule.KeepBelow) == 0:
		s.fault("keep_below", `is missing; remedies has keep, so write below what goods may stay, such as "20.00 EUR"`)
	case !offers(returns.KeepRemedy) && len(rule.KeepBelow) > 0:
		s.fault("keep_below", "does nothing, because remedies has no keep")
	}
	if rule.CreditBonus > 0 && !offers(returns.CreditRemedy) {
		s.fault("credit_bonus", "does nothing, because remedies has no credit")
	}
}

// ruleName gives the name of a rule, which staff read beside each decision.
func (s *section) ruleName(names []string) string {
	name := s.required("name", "a name that says to staff what the rule is about")
	if name == returns.DefaultRule {
		s.fault("name", "%q is what decides when no rule does; choose another", name)
	}
	s.unique("name", name, names)
	return name
}

func (s *section) matchAlone() returns.Match {
	defer s.close()
	return s.match()
}

func (s *section) match() returns.Match {
	pattern := func(text string) error {
		if strings.TrimSpace(text) == "" {
			return errors.New(`is empty; write a name, with * for any letters`)
		}
		return nil
	}
	return returns.Match{
		Countries:  s.list("countries", checkCountry),
		Categories: s.list("categories", pattern),
		SKUs:       s.list("skus", pattern),
	}
}

func (p policyReader) readReasons(top *section) []returns.ReasonRule {
	var out []returns.ReasonRule
	var names []string
	for _, s := range top.sections("reasons") {
		reason := p.reason(s, names)
		names = append(names, string(reason.Code))
		out = append(out, reason)
	}
	return out
}

func (p policyReader) reason(s *section, names []string) returns.ReasonRule {
	defer s.close()
	code := returns.Reason(s.required("code", "a word such as does_not_fit"))
	builtIn := slices.Contains(returns.Reasons, code)
	reason := returns.DefaultReason(code)
	if code != "" && !policyCode.MatchString(string(code)) {
		s.fault("code", "%q cannot be used; use up to 40 of a-z, 0-9 and _", code)
	}
	s.unique("code", string(code), names)
	reason.Text = s.texts("text", p.languages, !builtIn)
	if payer := s.oneOf("paid_by", []string{"shop", "shopper"}); payer != "" {
		reason.PaidBy = returns.Payer(payer)
	}
	reason.Remedies = s.remedies("remedies")
	reason.Photos = returns.Photos(s.oneOf("photos", []string{"wanted", "required"}))
	if s.text("claim") != "" {
		reason.Claim = s.boolean("claim")
	}
	if reason.ShopsFault() && reason.PaidBy == returns.ShopperPays {
		s.fault("paid_by", "cannot be shopper for %q: goods that are not as they should be go back at the shop's cost", code)
	}
	if reason.ShopsFault() {
		reason.PaidBy = returns.ShopPays
	}
	var questions []string
	for _, q := range s.sections("questions") {
		question := q.question(p.languages, questions)
		questions = append(questions, question.Code)
		reason.Questions = append(reason.Questions, question)
	}
	return reason
}

func (s *section) question(languages, names []string) returns.Question {
	defer s.close()
	q := returns.Question{Code: s.required("code", "a word such as which_part"), Text: s.texts("text", languages, true), Required: s.boolean("required")}
	if q.Code != "" && !policyCode.MatchString(q.Code) {
		s.fault("code", "%q cannot be used; use up to 40 of a-z, 0-9 and _", q.Code)
	}
	s.unique("code", q.Code, names)
	return q
}

// named gives the reasons that a rule names, out of the file's and those that are built in; nil when it names none.
func (p policyReader) named(s *section) []returns.ReasonRule {
	var out []returns.ReasonRule
	known := codes(returns.Reasons)
	for _, r := range p.reasons {
		known = append(known, string(r.Code))
	}
	s.list("reasons", func(text string) error {
		if err := knownWord(text, known); err != nil {
			return err
		}
		rule := returns.DefaultReason(returns.Reason(text))
		if i := slices.IndexFunc(p.reasons, func(r returns.ReasonRule) bool { return string(r.Code) == text }); i >= 0 {
			rule = p.reasons[i]
		}
		out = append(out, rule)
		return nil
	})
	return out
}

func (p policyReader) readApprovals(top *section) []returns.Approval {
	var out []returns.Approval
	var names []string
	for _, s := range top.sections("approvals") {
		a := p.approval(s, names)
		names = append(names, a.Name)
		out = append(out, a)
	}
	return out
}

func (p policyReader) approval(s *section, names []string) returns.Approval {
	defer s.close()
	a := returns.Approval{Name: s.ruleName(names), When: p.circumstances(s.section("when")), Then: returns.Then(s.oneOf("then", []string{"auto", "staff", "refuse"}))}
	a.Because = returns.Code(s.oneOf("because", codes(returns.Refusals)))
	switch {
	case a.Then == "":
		s.fault("then", "is missing or empty; write auto, staff or refuse")
	case a.Signals() && a.Then != returns.ThenStaff:
		s.fault("then", "cannot be %s where earlier_returns_from or return_rate_from is looked at: what a customer did before only ever calls for a person; write staff", a.Then)
	case a.Then == returns.ThenRefuse && a.Because == "":
		s.fault("because", "is missing; tell the shopper why, with one of %s", strings.Join(codes(returns.Refusals), ", "))
	case a.Then != returns.ThenRefuse && a.Because != "":
		s.fault("because", "does nothing, because then is %s", a.Then)
	}
	return a
}

func (p policyReader) circumstances(s *section) returns.Circumstances {
	defer s.close()
	known := codes(returns.Reasons)
	for _, r := range p.reasons {
		known = append(known, string(r.Code))
	}
	c := returns.Circumstances{
		Match:           s.match(),
		Remedies:        s.remedies("remedies"),
		OrderTotalFrom:  s.amounts("order_total_from"),
		OrderTotalBelow: s.amounts("order_total_below"),
		ItemValueFrom:   s.amounts("item_value_from"),
		ItemValueBelow:  s.amounts("item_value_below"),
		OrderAgeFrom:    s.duration("order_age_from", 0, day, 3650*day),
		ReturnsFrom:     s.integer("earlier_returns_from", 0, 1, 1000),
		ReturnRateFrom:  s.percent("return_rate_from"),
	}
	for _, text := range s.list("reasons", func(text string) error { return knownWord(text, known) }) {
		c.Reasons = append(c.Reasons, returns.Reason(text))
	}
	return c
}
