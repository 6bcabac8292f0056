package orders

import (
	"slices"
)

// numberPrefix marks a name that is a normalised tracking number.
const numberPrefix = "number:"

// identity knows which names mean the same parcel. A parcel is known by tracking numbers and by every source's own ids;
// one event that carries two names joins all that is known under either, whenever it arrives. So a shop's fulfilment and
// a carrier's tracker become one when the number appears.
type identity struct {
	parent  map[string]string
	keys    map[string]string   // root → key
	aliases map[string][]string // key → every other name, sorted
}

// identify joins the names of all events (in the order they happened) and gives each parcel its key: the newest tracking
// number, else the smallest alias. A corrected number leaves the old one among the aliases, as "number:…".
func identify(sorted []Event) *identity {
	n := &identity{parent: map[string]string{}, keys: map[string]string{}, aliases: map[string][]string{}}
	for i := range sorted {
		if sorted[i].Kind != ParcelUpdated || sorted[i].Parcel == nil {
			continue
		}
		names := namesOf(&sorted[i])
		for _, name := range names {
			n.join(names[0], name)
		}
	}
	n.chooseKeys(sorted)
	return n
}

func (n *identity) chooseKeys(sorted []Event) {
	members := map[string][]string{}
	for name := range n.parent {
		root := n.root(name)
		members[root] = append(members[root], name)
	}
	for root, names := range members {
		slices.Sort(names)
		n.keys[root] = names[0]
	}
	for i := range sorted {
		if number := numberOf(&sorted[i]); number != "" {
			n.keys[n.root(numberPrefix+number)] = number
		}
	}
	for root, names := range members {
		key := n.keys[root]
		n.aliases[key] = own(slices.DeleteFunc(names, func(name string) bool { return name == numberPrefix+key }))
	}
}

// namesOf lists by what an event calls its parcel, never empty. A source that gives a parcel neither an id nor a number
// can only mean the one parcel that it knows of this order.
func namesOf(e *Event) []string {
	var names []string
	for _, alias := range e.Parcel.Aliases {
		if alias != "" {
			names = append(names, alias)
		}
	}
	if number := numberOf(e); number != "" {
		names = append(names, numberPrefix+number)
	}
	if len(names) == 0 {
		names = append(names, "source:"+e.Source)
	}
	return names
}

// numberOf gives the normalised tracking number that an event tells of its parcel. The number in Ref only counts when
// the news has no name of its own: it may be that of another parcel of the order.
func numberOf(e *Event) string {
	if e.Kind != ParcelUpdated || e.Parcel == nil {
		return ""
	}
	if number := NormalizeTracking(e.Parcel.TrackingNumber); number != "" || len(e.Parcel.Aliases) > 0 {
		return number
	}
	return NormalizeTracking(e.Ref.TrackingNumber)
}

func (n *identity) join(a, b string) {
	a, b = n.root(a), n.root(b)
	if a != b {
		n.parent[max(a, b)] = min(a, b)
	}
}

func (n *identity) root(name string) string {
	parent, known := n.parent[name]
	if !known {
		n.parent[name] = name
		return name
	}
	if parent == name {
		return name
	}
	root := n.root(parent)
	n.parent[name] = root
	return root
}

func (n *identity) keyOf(e *Event) string { return n.keys[n.root(namesOf(e)[0])] }

// resolve gives the key of today for a key of yesterday; a key that nobody knows stays as it is.
func (n *identity) resolve(key string) string {
	for _, name := range []string{key, numberPrefix + NormalizeTracking(key)} {
		if _, known := n.parent[name]; known {
			return n.keys[n.root(name)]
		}
	}
	return key
}
