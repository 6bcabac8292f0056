package cases

import (
	"context"
	"time"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// ClaimChannels are how a claim can come, besides "online".
var ClaimChannels = []string{"letter", "mail", "phone", "other"}

const claimedOnline = "online"

// ClaimEntry is a claim that came another way than online, as staff enter it.
type ClaimEntry struct {
	returns.ClaimRequest

	Channel string    // one of ClaimChannels
	CameAt  time.Time // when the shop got it: the time to answer counts from it
	User    string    // who entered it
	Note    string    // for staff
	Nonce   string    // of the form: the same one is the same claim
}

// EnterClaim records a claim that came by letter, mail or telephone, as OpenClaim does one that came online: with its evidence, its
// deadline and its acknowledgement to the order's address. Errors are as of OpenClaim.
func (d *Desk) EnterClaim(ctx context.Context, order store.Order, e ClaimEntry) (store.Case, error) {
	return d.takeClaim(ctx, order, claimIn{
		ClaimRequest: e.ClaimRequest, nonce: "entered:" + e.Nonce, notices: []returns.ShownNotice{}, channel: e.Channel, cameAt: e.CameAt,
		user: e.User, note: e.Note,
	})
}

// claimIn is a claim as it comes in.
type claimIn struct {
	returns.ClaimRequest

	nonce   string
	notices []returns.ShownNotice
	channel string
	cameAt  time.Time // zero: now
	user    string    // "" when its consumer sent it
	note    string
}

func (in claimIn) actor() string {
	if in.user == "" {
		return Shopper
	}
	return "staff:" + in.user
}

// said is what the log says of how it came.
func (in claimIn) said() string {
	said := string(in.Kind)
	if in.channel != claimedOnline {
		said += ", " + in.channel
	}
	if in.note != "" {
		said += ": " + in.note
	}
	return said
}
