package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"homeward/internal/messages"
)

// Languages are those that messages and pages exist in. Whoever wires the program may set it to what the templates hold.
var Languages = []string{"en", "pl", "sl", "ar", "ru", "de"}

// Kinds are the vendors of webhooks that a source may name.
var Kinds = []string{"shopify", "woocommerce", "standard", "easypost", "aftership"}

// reserved are the names under /hooks/{shop}/ that are not sources.
var reserved = []string{"stripe", "twilio", "mail"}

// shops reads the shops; shared is what applies where a shop sets no mail, sms or payments of its own.
func (s *section) shops(shared Shop) []Shop {
	sections := s.sections("shops")
	if len(sections) == 0 {
		s.fault("shops", "is missing or empty; write at least one shop")
	}
	out := make([]Shop, 0, len(sections))
	ids := make([]string, 0, len(sections))
	for _, section := range sections {
		shop := section.shop(ids, shared)
		ids = append(ids, shop.ID)
		out = append(out, shop)
	}
	return out
}

func (s *section) shop(ids []string, shared Shop) Shop {
	defer s.close()
	shop := Shop{
		ID:        s.slug("id", ids),
		Name:      s.required("name", "the name that shoppers know the shop by"),
		Country:   s.country(),
		Zone:      s.zone(),
		Holidays:  shared.Holidays,
		Languages: s.languages(),
		Sources:   s.sources(),
		Messages:  s.section("messages").messages(),
		Notify:    s.section("notify").notify(),
		Brand:     s.section("brand").brand(),
		Mail:      shared.Mail,
		SMS:       shared.SMS,
		Payments:  shared.Payments,
	}
	shop.Returns = s.section("returns").returns(shop.Brand, shop.Languages)
	if own := s.section("mail").mail(); own != nil {
		shop.Mail = own
	}
	if own := s.section("sms").sms(); own != nil {
		shop.SMS = own
	}
	if own := s.section("payments").payments(); own != nil {
		shop.Payments = own
	}
	return shop
}

func (s *section) country() string {
	text := s.required("country", "the shop's country, such as PL")
	if text != "" {
		s.check("country", checkCountry(text))
	}
	return text
}

func (s *section) zone() *time.Location {
	text := s.required("time_zone", "the shop's zone, such as Europe/Warsaw")
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		s.fault("time_zone", "%q is not a time zone; write one such as Europe/Warsaw", text)
		return time.UTC
	}
	return zone
}

func (s *section) languages() []string {
	languages := s.list("languages", func(text string) error {
		if !slices.Contains(Languages, text) {
			return fmt.Errorf("%q is not a language that Homeward speaks; write some of %s", text, strings.Join(Languages, ", "))
		}
		return nil
	})
	if len(languages) == 0 {
		return []string{"en"}
	}
	return languages
}

func (s *section) sources() []Source {
	sections := s.sections("sources")
	if len(sections) == 0 {
		s.fault("sources", "is missing or empty; without a source no order arrives")
	}
	var out []Source
	var names []string
	for _, section := range sections {
		source := section.source(names)
		names = append(names, source.Name)
		out = append(out, source)
	}
	return out
}

func (s *section) source(names []string) Source {
	defer s.close()
	out := Source{Name: s.slug("name", names), Kind: s.text("kind"), Secrets: s.secrets("secret")}
	if slices.Contains(reserved, out.Name) {
		s.fault("name", "%q is reserved; choose another", out.Name)
	}
	if !slices.Contains(Kinds, out.Kind) {
		s.fault("kind", "%q is not known; write one of %s", out.Kind, strings.Join(Kinds, ", "))
	}
	if out.Kind == "standard" {
		for _, secret := range out.Secrets {
			s.check("secret", checkWhsec(secret))
		}
	}
	return out
}

func (s *section) messages() Messages {
	defer s.close()
	out := Messages{
		Off:        s.list("off", checkTopic),
		CalmWindow: s.duration("calm_window", 10*time.Minute, 0, day),
	}
	var err error
	out.QuietFrom, out.QuietUntil, err = parseQuietHours(s.either("quiet_hours", "21:00-08:00"))
	s.check("quiet_hours", err)
	s.get("channels")
	channels := s.section("channels")
	for _, topic := range channels.keys {
		if err := checkTopic(topic); err != nil {
			channels.fault(topic, "%s", err)
			continue
		}
		if out.Channels == nil {
			out.Channels = map[string][]string{}
		}
		out.Channels[topic] = channels.list(topic, checkChannel)
	}
	return out
}

func checkTopic(text string) error {
	names := make([]string, len(messages.Topics))
	for i, topic := range messages.Topics {
		names[i] = string(topic)
	}
	switch near := nearest(text, names); {
	case messages.Fixed(messages.Topic(text)):
		return fmt.Errorf("%q cannot be set: the law asks for it, by mail and at once", text)
	case slices.Contains(names, text):
		return nil
	case near != "":
		return fmt.Errorf("%q is not a topic; did you mean %s?", text, near)
	default:
		return fmt.Errorf("%q is not a topic; write some of %s", text, strings.Join(names, ", "))
	}
}

func checkChannel(text string) error {
	if channel := messages.Channel(text); channel != messages.Mail && channel != messages.SMS {
		return fmt.Errorf("%q is not a channel; write mail or sms", text)
	}
	return nil
}

func (s *section) returns(brand Brand, languages []string) Returns {
	defer s.close()
	out := Returns{
		Window:  s.duration("window", 30*day, day, 3650*day),
		Approve: s.word("approve", "auto", "staff"), FourEyes: s.amounts("four_eyes"),
		Address: s.either("address", brand.Address),

		SendWithin: s.duration("send_within", 14*day, 0, 365*day).Truncate(day),
		StaffMail:  s.mailbox("staff_mail"),
		FTC:        s.word("ftc", "notify", "cancel", "off"),
		Deliver:    s.word("deliver", "watch", "off"),
		Labels:     s.section("labels").labels(),
		KeepFiles:  s.duration("keep_files", DefaultKeepFiles, day, 3650*day),
	}
	out.PolicyFile, out.Policy = s.policy(policyReader{window: out.Window, languages: languages})
	return out
}

// mailbox gives a mail address, "" when there is none.
func (s *section) mailbox(key string) string {
	text := s.text(key)
	if text == "" {
		return ""
	}
	address, err := parseMailbox(text)
	s.check(key, err)
	return address
}

func (s *section) notify() Notify {
	defer s.close()
	out := Notify{URL: s.web("url"), Secret: s.text("secret")}
	switch {
	case out.URL != "" && out.Secret == "":
		s.fault("secret", "is empty; calls to url are signed with it: echo whsec_$(openssl rand -base64 32)")
	case out.Secret != "":
		s.check("secret", checkWhsec(out.Secret))
	}
	return out
}

func (s *section) brand() Brand {
	defer s.close()
	out := Brand{Logo: s.web("logo"), Address: s.text("address"), ReplyTo: s.text("reply_to")}
	color, err := parseColor(s.either("color", DefaultColor))
	out.Color = color
	s.check("color", err)
	if out.ReplyTo != "" {
		var err error
		out.ReplyTo, err = parseMailbox(out.ReplyTo)
		s.check("reply_to", err)
	}
	return out
}
