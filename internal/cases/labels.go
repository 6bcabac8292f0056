package cases

import (
	"cmp"
	"context"
	"errors"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers"
)

// The steps of a case's log about its label.
const (
	LabelWanted = "label_wanted"
	LabelReady  = "label_bought"
)

// LabelCode is the part of a label's file that is scanned at the counter.
const LabelCode = "qr"

// wantLabel asks for a label when a case that is sent back with one was approved. One case has one.
func (d *Desk) wantLabel(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case) ([]store.Task, error) {
	byLabel := c.Wish.Method == returns.ByLabel || c.Wish.Method == returns.ByQR
	if c.State != returns.Approved || !byLabel || c.Conditions.Keep || shop.Returns.Labels == nil {
		return nil, nil
	}
	there, err := tx.LabelsOf(ctx, c.ID)
	if err != nil || len(there) > 0 {
		return nil, err
	}
	now := d.Now()
	row := store.Label{
		ID: id.New(now), Shop: c.Shop, OrderID: c.OrderID, CaseID: c.ID, Provider: shop.Returns.Labels.Provider, Method: string(c.Wish.Method),
		Status: store.LabelWanted, CreatedAt: now, UpdatedAt: now, Work: store.Work{DueAt: now},
	}
	if err := tx.AddLabel(ctx, row); err != nil {
		return nil, err
	}
	return []store.Task{{Kind: store.LabelWork, ID: row.ID, DueAt: now}}, d.log(ctx, tx, c.ID, System, LabelWanted, row.ID)
}

// LabelRequest says what label a case's goods need: from where the order went to where the shop takes goods back.
func LabelRequest(shop *config.Shop, order store.Order, reference string) providers.LabelRequest {
	o, to := order.State.Order, shop.Returns.Labels.To
	return providers.LabelRequest{
		Reference: reference,
		Shopper: providers.Place{
			Name: cmp.Or(o.ShipTo.Name, o.Customer.Name), Line1: o.ShipTo.Line1, Line2: o.ShipTo.Line2, City: o.ShipTo.City, Region: o.ShipTo.Region,
			PostalCode: o.ShipTo.PostalCode, Country: o.ShipTo.Country, Phone: o.Customer.Phone, Email: o.Customer.Email,
		},
		Shop: providers.Place{
			Name: to.Name, Line1: to.Line1, Line2: to.Line2, City: to.City, Region: to.Region, PostalCode: to.PostalCode, Country: to.Country,
			Phone: to.Phone, Email: to.Email,
		},
		Parcel: providers.Package{
			Grams: shop.Returns.Labels.Parcel.WeightG, LengthMM: shop.Returns.Labels.Parcel.LengthMM, WidthMM: shop.Returns.Labels.Parcel.WidthMM,
			HeightMM: shop.Returns.Labels.Parcel.HeightMM,
		},
	}
}

// LabelBought records a label that was paid for, and its tracking number with the case, so that the carrier's scans move it. A
// number that the shopper gave stays.
func (d *Desk) LabelBought(ctx context.Context, row store.Label) error {
	var err error
	for range openTries {
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			now := d.Now()
			row.UpdatedAt = now
			if err := tx.SetLabel(ctx, row); err != nil {
				return err
			}
			c, err := tx.Case(ctx, row.CaseID)
			if err != nil {
				return err
			}
			if c.TrackingNumber == "" && row.Tracking != "" {
				c.TrackingNumber, c.UpdatedAt = row.Tracking, now
				if err := tx.UpdateCase(ctx, c); err != nil {
					return err
				}
			}
			return d.log(ctx, tx, c.ID, System, LabelReady, row.ID)
		})
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	return err
}
