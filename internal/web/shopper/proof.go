package shopper

import (
	"cmp"
	"context"
	"net/http"

	"homeward/internal/cases"
	"homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/upload"
)

// caseFiles is what a case's page shows of its files, and the form of a proof of dispatch.
type caseFiles struct {
	Photos []fileRow
	Proofs []fileRow
	Label  *fileRow // of the carrier, to print
	Code   *fileRow // of the carrier, to be scanned at the counter
	// LabelWaits says that a label was asked for and is not there yet: the address is, all the same.
	LabelWaits bool
	Prove      bool // a proof can be sent
	ProofHint  string
	Accept     string
	Nonce      string
}

// fileRow is a kept file; Photo says that a browser can show it.
type fileRow struct {
	URL   string
	Photo bool
	Name  string
}

// provable tells whether a proof of dispatch would change anything: while the goods are waited for.
func provable(c store.Case) bool {
	return (c.State == returns.Approved || c.State == returns.InTransit) && comesBack(c)
}

// comesBack tells that a case is about goods that the shopper sends. What never came, or stays with the shopper, is not sent.
func comesBack(c store.Case) bool {
	return !c.Conditions.Keep && (c.Kind != returns.Claim || c.Remedy.GoodsBack())
}

// proofHint is the key of what a proof of dispatch does: it ends the waiting for the goods where money waits for their dispatch
// (Directive 2011/83/EU, Art. 13(3); Directive (EU) 2019/771, Art. 16(3); a policy's first scan), and is kept otherwise.
func proofHint(c store.Case) string {
	var ends bool
	switch c.Kind {
	case returns.Withdrawal:
		ends = true
	case returns.Claim:
		ends = c.Remedy.Ends()
	default:
		ends = c.Conditions.RefundWhen == returns.OnFirstScan && c.Remedy != returns.ExchangeRemedy && c.Remedy != returns.RepairRemedy
	}
	if ends {
		return "page.case.proof_hint"
	}
	return "page.case.proof_hint.kept"
}

// filesOf gives a case's files; nil when none are kept here. What cannot be read is left out: the rest of the page is true
// without it.
func (h *handler) filesOf(ctx context.Context, v *visit, c store.Case) *caseFiles {
	if h.Files == nil {
		return nil
	}
	out := &caseFiles{Prove: provable(c), ProofHint: v.words.T(proofHint(c)), Accept: upload.AcceptDocuments, Nonce: c.ID}
	all, err := h.Files.OfCase(ctx, c.ID)
	if err != nil {
		return out
	}
	for _, f := range all {
		row := fileRow{URL: v.path + "/files/" + f.ID, Photo: f.ContentType != files.PDF, Name: v.words.Moment(f.CreatedAt)}
		switch f.Purpose {
		case store.PhotoFile:
			out.Photos = append(out.Photos, row)
		case store.ProofFile:
			out.Proofs = append(out.Proofs, row)
		case store.LabelFile:
			if f.LineID == cases.LabelCode {
				out.Code = &row
			} else {
				out.Label = &row
			}
		}
	}
	waits := c.State == returns.Approved && c.Wish.Method.Labelled()
	out.LabelWaits = waits && out.Label == nil && v.shop.Returns.Labels != nil
	return out
}

// prove takes a proof that the goods were sent: a photo of the receipt, or a PDF. Staff look at it.
func (h *handler) prove(w http.ResponseWriter, r *http.Request, v *visit) {
	c, l, ok := h.findCase(w, r, v)
	if !ok {
		return
	}
	if h.Files == nil || !provable(c) {
		h.toCase(w, r, v, c)
		return
	}
	form, ok := h.readForm(w, r, v, upload.Spec{
		About:  uploads.About{Shop: v.shop.ID, OrderID: v.order.ID, CaseID: c.ID, Purpose: store.ProofFile, By: v.uploader()},
		Fields: []string{"proof"}, Documents: true,
	})
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	for _, f := range form.Files {
		if err := h.Cases.ProofUploaded(ctx, c, f.ID); err != nil {
			h.complain(r, "proof not recorded", err)
			h.down(w, r, v.shop, v.words)
			return
		}
	}
	if len(form.Faults) == 0 && len(form.Files) > 0 {
		h.toCase(w, r, v, c)
		return
	}
	text := photoWords(v.words, files.NotADocument)
	status := http.StatusUnprocessableEntity
	if len(form.Faults) > 0 {
		text = photoWords(v.words, form.Faults[0].Code)
		if form.Faults[0].Code == files.Unavailable {
			status = http.StatusServiceUnavailable
		}
	}
	p := h.casePage(r.WithContext(ctx), v, c, l)
	p.Errors, p.Wrong = []formError{{Field: "proof", Text: text}}, map[string]string{"proof": text}
	h.render(w, r, status, "case", p)
}

// findingPhotos gives the photos that staff took of what came back, by inspection. What was looked at again keeps those of the
// first look.
func (h *handler) findingPhotos(ctx context.Context, v *visit, c store.Case, found []store.Inspection) map[string][]fileRow {
	if h.Files == nil {
		return nil
	}
	all, err := h.Files.OfCase(ctx, c.ID)
	if err != nil {
		return nil
	}
	heir := make(map[string]string, len(found))
	for _, i := range found {
		heir[i.ID] = cmp.Or(i.ReplacedBy, i.ID)
	}
	out := make(map[string][]fileRow)
	for _, f := range all {
		if at := heir[f.Inspection()]; at != "" {
			out[at] = append(out[at], fileRow{URL: v.path + "/files/" + f.ID, Photo: true, Name: v.words.Moment(f.CreatedAt)})
		}
	}
	return out
}
