package providers

// LabelRequest is a label of the shop's carrier account that is wanted for goods on their way back.
type LabelRequest struct {
	Reference string // ours, by which the purchase is found again
	Shopper   Place  // who sends
	Shop      Place  // who receives
	Parcel    Package
}

// Place is a postal address.
type Place struct {
	Name, Company       string
	Line1, Line2        string
	City, Region        string
	PostalCode, Country string // ISO 3166-1 alpha-2
	Phone, Email        string
}

// Package is the parcel that a label is for.
type Package struct {
	Grams                       int
	LengthMM, WidthMM, HeightMM int // 0: not said
}

// Label is what a provider knows of a label.
type Label struct {
	Shipment string // the provider's id
	Bought   bool
	Carrier  string
	Tracking string
	Cost     int64 // minor units
	Currency string
	LabelURL string // where the label is fetched, a PDF or a picture
	QRURL    string // where the code for the counter is fetched, "" without one
}

// LabelUnknown is the code of Find when the provider knows no shipment of that name.
const LabelUnknown = "label_unknown"
