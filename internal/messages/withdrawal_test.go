package messages_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/messages"
	"homeward/internal/orders"
)

func acknowledgement() messages.Notice {
	return messages.Notice{
		Now: at(1), Topic: messages.WithdrawalReceived, ID: "w1", Step: "received",
		Policy:  messages.Policy{Zone: warsaw, SMS: true},
		Contact: messages.Contact{Email: "zofia@example.com", Phone: "+48512345678"},
	}
}

func recipients(drafts []messages.Draft) []string {
	var list []string
	for _, d := range drafts {
		list = append(list, d.Recipient)
	}
	return list
}

func TestAStatementIsAcknowledged(t *testing.T) {
	for name, tc := range map[string]struct {
		order string
		also  []string
		want  []string
	}{
		"behind the link":         {"zofia@example.com", nil, []string{"zofia@example.com"}},
		"the same address, typed": {"zofia@example.com", []string{" Zofia@Example.com "}, []string{"zofia@example.com"}},
		"another one, typed":      {"zofia@example.com", []string{" jan@example.com"}, []string{"zofia@example.com", "jan@example.com"}},
		"typed twice":             {"zofia@example.com", []string{"jan@example.com", "JAN@example.com"}, []string{"zofia@example.com", "jan@example.com"}},
		"no order":                {"", []string{"jan@example.com"}, []string{"jan@example.com"}},
		"an order without one":    {"", []string{"", "  "}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			n := acknowledgement()
			n.Contact.Email, n.Also = tc.order, tc.also
			drafts := messages.ForWithdrawal(n)
			if got := recipients(drafts); !slices.Equal(got, tc.want) {
				t.Errorf("goes to %q, want %q", got, tc.want)
			}
			for _, d := range drafts {
				if d.Channel != messages.Mail || d.Class != messages.Statutory || d.Occasion != "w1 received" || d.Data.WithdrawalID != "w1" ||
					d.Data.CaseID != "" || !d.DueAt.Equal(n.Now) || !d.ExpiresAt.IsZero() {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}

// Whatever a shop configures, a statement is acknowledged, at once and by mail; the topics next to it obey the shop.
func TestNoPolicySilencesAnAcknowledgement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := acknowledgement()
		n.Policy = messages.Policy{
			Off: map[messages.Topic]bool{}, Channels: map[messages.Topic][]messages.Channel{}, Zone: warsaw, SMS: true,
			QuietUntil: time.Duration(rapid.IntRange(0, 24).Draw(t, "quiet")) * time.Hour,
		}
		for _, topic := range messages.Topics {
			n.Policy.Off[topic] = rapid.Bool().Draw(t, "off "+string(topic))
			if rapid.Bool().Draw(t, "own "+string(topic)) {
				n.Policy.Channels[topic] = rapid.SliceOfDistinct(rapid.SampledFrom([]messages.Channel{messages.Mail, messages.SMS}), rapid.ID).Draw(t, string(topic))
			}
		}
		drafts := messages.ForWithdrawal(n)
		if len(drafts) != 1 || drafts[0].Channel != messages.Mail || !drafts[0].DueAt.Equal(n.Now) {
			t.Fatalf("%+v", drafts)
		}
		n.Topic, n.Step = messages.WithdrawalGoodsReceived, "goods"
		if drafts := messages.ForWithdrawal(n); n.Policy.Off[n.Topic] && len(drafts) != 0 {
			t.Fatalf("a topic that the shop sends: %+v", drafts)
		}
	})
}

func TestTheGoodsOfAWithdrawal(t *testing.T) {
	n := acknowledgement()
	n.Topic, n.Step, n.Also = messages.WithdrawalGoodsReceived, "goods", []string{"jan@example.com"}
	n.Policy.Channels = map[messages.Topic][]messages.Channel{n.Topic: {messages.SMS, messages.Mail}}
	n.Policy.QuietUntil = 24 * time.Hour
	drafts := messages.ForWithdrawal(n)
	if got, want := recipients(drafts), []string{n.Contact.Phone, n.Contact.Email, "jan@example.com"}; !slices.Equal(got, want) {
		t.Errorf("goes to %q, want %q", got, want)
	}
	for _, d := range drafts {
		if d.Class != messages.Money || !d.ExpiresAt.IsZero() {
			t.Errorf("%+v", d)
		}
	}
	for topic, queue := range map[messages.Topic]string{messages.WithdrawalReceived: "statutory", messages.WithdrawalGoodsReceived: "money"} {
		if got := messages.Queue(topic); got != queue || !slices.Contains(messages.Topics, topic) {
			t.Errorf("queue of %s: %s", topic, got)
		}
	}
}

// A cancellation of the order takes back its news, never the acknowledgement.
func TestACancellationLeavesTheAcknowledgement(t *testing.T) {
	var pending []messages.Pending
	for _, topic := range messages.Topics {
		pending = append(pending, messages.Pending{ID: string(topic), Topic: topic, Channel: messages.Mail})
	}
	cancelled := orders.Event{ID: "c", Kind: orders.Cancelled, At: at(2)}
	plan := story{known: []orders.Event{placed(0)}, then: []orders.Event{cancelled}, now: 2, pending: pending}.plan()
	for _, topic := range []messages.Topic{messages.WithdrawalReceived, messages.WithdrawalGoodsReceived} {
		if slices.Contains(plan.Replace, string(topic)) {
			t.Errorf("%s is replaced", topic)
		}
	}
}
