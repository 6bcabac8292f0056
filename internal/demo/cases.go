package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"

	photos "homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/withdrawals"
)

// clerk is who works in the demo's shop.
const clerk = "staff:olga"

// goOn tells the part of a person's story that comes after their parcel.
func (d *Demo) goOn(ctx context.Context, p person) error {
	if p.then == nil {
		return nil
	}
	order, err := d.app.DB.OrderByExternalID(ctx, shopID, p.id)
	if err != nil {
		return err
	}
	if err := p.then(ctx, d, p, order); err != nil {
		return err
	}
	return d.settled(ctx)
}

// claims: the teapot came with a crack, and its buyer wants another. The shop has fourteen days to answer, or the claim is accepted.
func claims(ctx context.Context, d *Demo, p person, order store.Order) error {
	const nonce = "demo-claim"
	about := uploads.About{Shop: shopID, OrderID: order.ID, Nonce: nonce, Purpose: store.PhotoFile, By: "shopper"}
	if err := d.keep(ctx, about, true); err != nil {
		return err
	}
	_, err := d.app.Desk.OpenClaim(ctx, order, returns.ClaimRequest{
		Kind: returns.ClaimDamaged, Items: []returns.Item{{LineID: p.lines[0].id, Quantity: 1}}, Remedy: returns.ReplacementRemedy,
		Text: "Czajniczek przyszedł z pęknięciem przy uchwycie. Proszę o wymianę.",
	}, nonce, nil)
	return err
}

// sendsBack: a bowl came back with signs of use, and a part of its price is kept, with a photo and a reason. The shopper can object.
func sendsBack(ctx context.Context, d *Demo, p person, order store.Order) error {
	item := returns.Item{LineID: p.lines[0].id, Quantity: 1}
	c, err := d.app.Desk.Open(ctx, order, returns.Request{Items: []returns.Item{item}, Reason: "changed_mind", Remedy: returns.RefundRemedy}, "demo-return")
	if err != nil {
		return err
	}
	if err := d.settled(ctx); err != nil {
		return err
	}
	const nonce = "demo-inspection"
	about := uploads.About{Shop: shopID, OrderID: order.ID, Nonce: nonce, LineID: item.LineID, Purpose: store.InspectionFile, By: clerk}
	if err := d.keep(ctx, about, false); err != nil {
		return err
	}
	if c, err = d.app.DB.Case(ctx, c.ID); err != nil {
		return err
	}
	_, err = d.app.Desk.Inspect(ctx, c, []returns.Inspection{{
		LineID: item.LineID, Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 600,
		Reason: "Die Schale hat am Rand Spuren von Tee.", Note: "Stains along the rim, see the photo.",
	}}, clerk, nonce)
	return err
}

// withdraws: a statement by which a consumer withdraws from a part of the contract. Nobody approves it.
func withdraws(ctx context.Context, d *Demo, p person, order store.Order) error {
	_, err := d.app.Withdrawals.Declare(ctx, withdrawals.Statement{
		Shop: shopID, OrderID: order.ID, Name: p.name, Number: p.number, Email: p.email, Items: []returns.Item{{LineID: p.lines[1].id, Quantity: 1}},
		Language: p.Lang(), Nonce: "demo-withdrawal", Button: "Confirm withdrawal",
		Text: "I hereby withdraw from my contract of sale of the following goods:\n1 × " + p.lines[1].title + "\nOrder number: " + p.number + "\nName: " + p.name + "\nE-mail address: " + p.email,
	})
	return err
}

// keep uploads a photo.
func (d *Demo) keep(ctx context.Context, about uploads.About, cracked bool) error {
	photo, err := photos.Photo(ctx, bytes.NewReader(pot(cracked)))
	if err == nil {
		_, err = d.app.Uploads.Keep(ctx, about, photo)
	}
	return err
}

// pot draws a cup from above, cracked or with a stain: a picture that is the demo's own.
func pot(cracked bool) []byte {
	const size = 240
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			dx, dy := x-size/2, y-size/2
			shade := color.RGBA{0xe9, 0xe4, 0xda, 0xff}
			switch far := dx*dx + dy*dy; {
			case far < 62*62:
				shade = color.RGBA{0x6f, 0x84, 0x5a, 0xff}
			case far < 88*88:
				shade = color.RGBA{0x9c, 0xae, 0x86, 0xff}
			}
			switch far := dx*dx + dy*dy; {
			case cracked && far < 88*88 && dx > 20 && dy-dx/3 > -2 && dy-dx/3 < 2:
				shade = color.RGBA{0x2b, 0x2b, 0x24, 0xff}
			case !cracked && far >= 60*60 && far < 70*70 && dx > 0 && dy < 30:
				shade = color.RGBA{0x7a, 0x4a, 0x22, 0xff}
			}
			img.SetRGBA(x, y, shade)
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // a buffer takes everything
	return out.Bytes()
}
