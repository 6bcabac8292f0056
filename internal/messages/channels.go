package messages

import (
	"time"
)

// DefaultChannels gives how a topic travels when the shop says nothing: mail always, SMS also for what cannot wait.
func DefaultChannels(t Topic) []Channel {
	switch t {
	case OutForDelivery, ReadyForPickup, AttemptFailed, Delayed:
		return []Channel{Mail, SMS}
	default:
		return []Channel{Mail}
	}
}

// address splits news over the channels that the shop chose and the shopper can be reached by. Quiet hours hold an SMS,
// never a mail; an SMS that would be too old by then is not made.
func address(n news, expires time.Time, policy Policy, contact Contact) []Draft {
	var drafts []Draft
	for _, channel := range channelsOf(n.topic, policy) {
		recipient, due := contact.Email, n.dueAt
		if channel == SMS {
			recipient, due = smsNumber(policy, contact), afterQuiet(n.dueAt, policy, zoneOf(policy, contact))
		}
		if recipient == "" || (!expires.IsZero() && !due.Before(expires)) {
			continue
		}
		drafts = append(drafts, Draft{
			Topic: n.topic, Occasion: n.occasion, Channel: channel, Recipient: recipient, Class: ClassOf(n.topic),
			DueAt: due.UTC(), ExpiresAt: expires, Parcels: n.parcels, Data: n.data,
		})
	}
	return drafts
}

// channelsOf gives how a topic travels for a shop; nil when it is switched off.
func channelsOf(t Topic, policy Policy) []Channel {
	if Fixed(t) {
		return DefaultChannels(t)
	}
	if policy.Off[t] {
		return nil
	}
	if channels, overridden := policy.Channels[t]; overridden {
		return channels
	}
	return DefaultChannels(t)
}

func smsNumber(policy Policy, contact Contact) string {
	if !policy.SMS {
		return ""
	}
	return contact.Phone
}

// afterQuiet moves an instant inside the quiet hours to their end, by the wall clock of zone.
func afterQuiet(at time.Time, policy Policy, zone *time.Location) time.Time {
	from, until := policy.QuietFrom, policy.QuietUntil
	if from == until {
		return at
	}
	local := at.In(zone)
	clock := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute +
		time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
	overnight := from > until
	switch {
	case overnight && clock >= from:
		return wallClock(local, 1, until)
	case overnight && clock < until, !overnight && clock >= from && clock < until:
		return wallClock(local, 0, until)
	default:
		return at
	}
}

// wallClock gives the time of day in local's zone, so many days later; summer time does not move it.
func wallClock(local time.Time, days int, clock time.Duration) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days,
		int(clock/time.Hour), int(clock%time.Hour/time.Minute), int(clock%time.Minute/time.Second), 0, local.Location())
}

// zoneOf gives the shopper's zone, else the shop's, else UTC.
func zoneOf(policy Policy, contact Contact) *time.Location {
	switch {
	case contact.Zone != nil:
		return contact.Zone
	case policy.Zone != nil:
		return policy.Zone
	default:
		return time.UTC
	}
}
