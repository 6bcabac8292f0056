package shopper

import (
	"context"
	"log/slog"
	"time"

	"homeward/internal/config"
	"homeward/internal/link"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
	"homeward/internal/web/upload"
	"homeward/internal/withdrawals"
)

// Deps is what the shopper's pages stand on.
type Deps struct {
	Config *config.Config
	Signer *link.Signer
	Store  Store
	Cases  Cases
	Links  Links
	// Withdrawals takes statements of withdrawal. nil: the pages show the model form alone.
	Withdrawals Withdrawals
	// Files keeps what shoppers upload: *uploads.Desk. nil: forms take no files, and none are shown.
	Files Files
	// Words speaks a language (one of templates.Languages) with a region's formats ("" for the language's own) and times in
	// a zone: (*templates.Renderer).Words.
	Words func(language, region string, zone *time.Location) page.Words
	Log   *slog.Logger     // nil: slog.Default()
	Now   func() time.Time // nil: time.Now
	// LookupPause is the unit in which the lookup's answers are timed, so that their duration does not tell whether an
	// order exists. 0: 400 ms. Negative: no pause, for tests.
	LookupPause time.Duration
}

// Store is what the pages read, and the one thing they write themselves. DB implements it over a *store.DB.
type Store interface {
	Orders
	CaseRecords
	CaseFindings
	OrderFindings
}

// Orders finds orders and keeps the shopper's choice of language.
type Orders interface {
	Gifts
	Order(ctx context.Context, id string) (store.Order, error)
	OrderByNumberAndEmail(ctx context.Context, shop, numberKey, emailKey string) (store.Order, error)
	// SetLanguage fixes the language of an order's messages and pages.
	SetLanguage(ctx context.Context, orderID, language string) error
}

// Gifts finds gifts, and keeps the language that a recipient chose.
type Gifts interface {
	// GiftByCode gives the gift of a code as id.GiftCode reads it, or store.ErrNotFound.
	GiftByCode(ctx context.Context, code string) (store.Gift, error)
	GiftsOf(ctx context.Context, orderID string) ([]store.Gift, error)
	SetGiftLanguage(ctx context.Context, giftID, language string) error
}

// CaseRecords finds an order's cases.
type CaseRecords interface {
	CaseByNonce(ctx context.Context, orderID, nonce string) (store.Case, error)
	CasesOf(ctx context.Context, orderID string) ([]store.Case, error)
	CaseLog(ctx context.Context, caseID string) ([]store.CaseStep, error)
	LabelsOf(ctx context.Context, caseID string) ([]store.Label, error)
}

// CaseFindings finds what belongs to a case, by its id.
type CaseFindings interface {
	InspectionsOf(ctx context.Context, caseID string) ([]store.Inspection, error)
	Withdrawal(ctx context.Context, id string) (store.Withdrawal, error)
	ClaimOfCase(ctx context.Context, caseID string) (store.Claim, error)
	FilesOf(ctx context.Context, caseID string) ([]store.File, error)
	// TermsOf gives the deadlines of an owner: store.OwnerOfCase.
	TermsOf(ctx context.Context, owner string) ([]store.Term, error)
}

// OrderFindings finds what belongs to an order.
type OrderFindings interface {
	// RefundsOf gives an order's refunds, those of its cases included.
	RefundsOf(ctx context.Context, orderID string) ([]store.Refund, error)
	// DelaysOf gives the notices of delay of an order, the first first.
	DelaysOf(ctx context.Context, orderID string) ([]store.Delay, error)
	// HistoryOf tells what is known of the order's customer from other orders.
	HistoryOf(ctx context.Context, order store.Order, before time.Time) (returns.History, error)
}

// Cases opens and moves cases. Its errors are *fault.Error, or store errors in their chain.
type Cases interface {
	Requests
	Giving
	Moves
	Answers
}

// Requests takes what shoppers ask for. The same nonce gives the same case, with store.ErrDuplicate or without.
type Requests interface {
	// Open makes the case of a form.
	Open(ctx context.Context, order store.Order, request returns.Request, nonce string) (store.Case, error)
	// OpenGift makes the case of a form that the recipient of a gift sent.
	OpenGift(ctx context.Context, gift store.Gift, who store.Recipient, request returns.Request, nonce string) (store.Case, error)
	// OpenClaim records that something is wrong with goods. notices is what the form showed.
	OpenClaim(ctx context.Context, order store.Order, request returns.ClaimRequest, nonce string, notices []returns.ShownNotice) (store.Case, error)
	// Change replaces what a return asks for, while that can be.
	Change(ctx context.Context, c store.Case, request returns.Request) (store.Case, error)
	// ChooseMethod keeps how the shopper sends the goods of an approved case back.
	ChooseMethod(ctx context.Context, c store.Case, m returns.SendMethod) (store.Case, error)
}

// Giving makes and revokes the codes of gifts. The same nonce gives the same gift.
type Giving interface {
	MakeGift(ctx context.Context, order store.Order, items []returns.Item, language, nonce string) (store.Gift, error)
	RevokeGift(ctx context.Context, order store.Order, giftID string) error
}

// Moves are what a shopper does about a case.
type Moves interface {
	// MarkSent records that the shopper gave the parcel back to a carrier.
	MarkSent(ctx context.Context, c store.Case, trackingNumber string) (store.Case, error)
	// Appeal keeps what a shopper says against an inspection; said again it is kept once.
	Appeal(ctx context.Context, c store.Case, inspectionID, words string) error
	// ProofUploaded records that the shopper sent a document, file, that proves the dispatch.
	ProofUploaded(ctx context.Context, c store.Case, file string) error
	// CallOff ends a case because its shopper keeps the goods.
	CallOff(ctx context.Context, c store.Case, actor string) (store.Case, error)
}

// Answers are what a shopper says to something that was asked.
type Answers interface {
	// AgreePayout keeps the shopper's consent that what failed to reach the card is paid to account.
	AgreePayout(ctx context.Context, c store.Case, account string) error
	// Reply keeps the shopper's answer to what staff wrote about a case. The same nonce is kept once.
	Reply(ctx context.Context, c store.Case, nonce, words string) error
	// AnswerDelay keeps what a buyer says to the newest notice of delay: to wait, or to cancel the order. Said again it is kept
	// once. store.ErrNotFound when notice is not the newest's id; a *fault.Error when its time is over.
	AnswerDelay(ctx context.Context, order store.Order, notice string, wait bool) error
}

// Files keeps what shoppers upload and gives it back.
type Files interface {
	upload.Keeper
	// Find gives an order's file, or store.ErrNotFound.
	Find(ctx context.Context, orderID, fileID string) (store.File, error)
	Bytes(ctx context.Context, f store.File) ([]byte, error)
	OfCase(ctx context.Context, caseID string) ([]store.File, error)
}

// Links sends an order's link by mail.
type Links interface {
	// SendLink makes the order_link message due. It returns nil also when one went out a moment ago.
	SendLink(ctx context.Context, order store.Order) error
}

// Withdrawals records statements of withdrawal. Declare gives the first receipt for the same statement made again.
type Withdrawals interface {
	Declare(ctx context.Context, s withdrawals.Statement) (withdrawals.Receipt, error)
	Receipt(ctx context.Context, shop, key string) (withdrawals.Receipt, error) // store.ErrNotFound
	ByOrder(ctx context.Context, orderID string) ([]withdrawals.Receipt, error)
}

// DB is the Store over a database.
type DB struct{ *store.DB }

var _ Store = DB{}

// SetGiftLanguage fixes the language of a gift's pages.
func (db DB) SetGiftLanguage(ctx context.Context, giftID, language string) error {
	return db.Write(ctx, func(tx *store.Tx) error { return tx.SetGiftLanguage(ctx, giftID, language) })
}

// SetLanguage fixes the language of an order's messages and pages. A fold that came between is repeated over.
func (db DB) SetLanguage(ctx context.Context, orderID, language string) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		order, err := tx.Order(ctx, orderID)
		if err != nil || order.Language == language {
			return err
		}
		order.Language = language
		return tx.UpdateOrder(ctx, order)
	})
}
