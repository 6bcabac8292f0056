package ops

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"homeward/internal/fault"
	keep "homeward/internal/files"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/upload"
)

// photosField is how the fields begin that upload photos: "photo.<n>" belongs to the row n of the form.
const photosField = "photo."

// rowNonce is what the photos of one row of an inspection's form are kept under until there is an inspection.
func rowNonce(form string, row int) string { return form + "." + strconv.Itoa(row) }

// readInspection reads the form of an inspection, and keeps its photos.
func (c *console) readInspection(r *http.Request, v visit, k store.Case) (upload.Form, error) {
	spec := upload.Spec{About: uploads.About{Shop: k.Shop, OrderID: k.OrderID, Purpose: store.InspectionFile, By: v.actor()}}
	for n := range mostRows {
		spec.Fields = append(spec.Fields, photosField+strconv.Itoa(n))
	}
	spec.Of = func(about uploads.About, field string) uploads.About {
		n := strings.TrimPrefix(field, photosField)
		about.Nonce += "." + n
		about.LineID = cutTo(r.PostFormValue("line."+n), maxNote)
		return about
	}
	var keeper upload.Keeper
	if c.Files != nil {
		keeper = c.Files
	}
	form, err := upload.Read(r, keeper, spec)
	if err != nil || keeper == nil {
		return form, err
	}
	return form, c.dropPhotos(r, k, form)
}

// dropPhotos takes away the photos that the form says to.
func (c *console) dropPhotos(r *http.Request, k store.Case, form upload.Form) error {
	for _, chosen := range form.Values["remove"] {
		row, file, _ := strings.Cut(chosen, ".")
		n, err := strconv.Atoi(row)
		if err != nil {
			continue
		}
		if err := c.Files.Drop(r.Context(), k.OrderID, rowNonce(form.Nonce, n), []string{file}); err != nil {
			return err
		}
	}
	return nil
}

// refuseForm answers a form that could not be read.
func (c *console) refuseForm(w http.ResponseWriter, r *http.Request, v visit, err error) error {
	switch {
	case errors.Is(err, upload.ErrTooLarge):
		c.fail(w, r, v, http.StatusRequestEntityTooLarge, "The photos are too large together", "Homeward did nothing. Go back, and send fewer or smaller ones.")
	case errors.Is(err, upload.ErrBusy):
		c.fail(w, r, v, http.StatusServiceUnavailable, "Too many photos arrive at once", "Homeward did nothing. Go back, and send the form again in a minute.")
	case errors.Is(err, upload.ErrForm):
		c.fail(w, r, v, http.StatusBadRequest, "The form did not arrive whole", "Homeward did nothing. Go back, and send it again.")
	default:
		return err
	}
	return nil
}

// photoProblems puts what was wrong with photos beside their rows.
func photoProblems(form upload.Form, problems map[int]string) {
	for _, f := range form.Faults {
		words := keep.Refuse(f.Code, nil).Message
		if n, err := strconv.Atoi(strings.TrimPrefix(f.Field, photosField)); err == nil {
			problems[n] = words
		} else {
			problems[-1] = words
		}
	}
}

// showPhotos puts the photos that a form sent before into its rows.
func (c *console) showPhotos(ctx context.Context, view *caseView, form upload.Form) {
	view.Inspection.Nonce = form.Nonce
	each := func(row *findingRow) {
		kept, err := c.Store.FilesOfNonce(ctx, view.Case.OrderID, rowNonce(form.Nonce, row.N))
		if err != nil {
			c.Log.WarnContext(ctx, "photos", "error", fault.Of(err))
		}
		row.Photos = kept
	}
	for i := range view.Inspection.Lines {
		line := &view.Inspection.Lines[i]
		each(&line.First)
		for j := range line.More {
			each(&line.More[j])
			line.Split = line.Split || len(line.More[j].Photos) > 0
		}
	}
}

// photosOf gives the photos of an inspection; an answer to an objection has those of the finding that it replaced.
func photosOf(all []store.File, inspections []store.Inspection, one store.Inspection) []store.File {
	var out []store.File
	for _, f := range all {
		if at := f.Inspection(); at != "" && (at == one.ID || replacedBy(inspections, at) == one.ID) {
			out = append(out, f)
		}
	}
	return out
}

func replacedBy(inspections []store.Inspection, id string) string {
	for _, i := range inspections {
		if i.ID == id {
			return i.ReplacedBy
		}
	}
	return ""
}
