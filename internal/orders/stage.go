package orders

import "time"

// parcelStages lists the stages as they follow each other.
var parcelStages = map[ParcelStage]int{
	Announced: 0, HandedOver: 1, InTransit: 2, OutForDelivery: 3, ReadyForPickup: 4, Delivered: 5, Collected: 6, Returning: 7,
	Returned: 8, ParcelGone: 9,
}

// rank gives how far a stage is; an unknown word counts as announced, so that it moves nothing.
func (s ParcelStage) rank() int { return parcelStages[s] }

// progress is rank, but a cancelled parcel can begin again.
func (s ParcelStage) progress() int {
	if s == ParcelGone {
		return -1
	}
	return s.rank()
}

// newsRank orders news of one parcel and one instant. News without a stage (an incident, an estimate) comes after the
// scans on the road, which it tells about, and before the end, which stands over it.
func (s ParcelStage) newsRank() int {
	switch {
	case s == "":
		return ReadyForPickup.rank() + 1
	case s.rank() > ReadyForPickup.rank():
		return s.rank() + 1
	default:
		return s.rank()
	}
}

// ended tells that the carrier has nothing more to bring: delivered, collected, on its way back, back, or cancelled.
func (s ParcelStage) ended() bool { return s.rank() >= Delivered.rank() }

// stage gives the order's stage and when it began: cancelled; placed, paid, packing; then the stage of the least advanced
// live parcel. A parcel that is only announced counts as packing, and so do goods that are in no parcel yet. That is
// known only when every parcel says what is in it; else the parcels that there are stand for the whole order.
func (s *State) stage() (Stage, time.Time) {
	if !s.CancelledAt.IsZero() {
		return StageCancelled, s.CancelledAt
	}
	least, since := s.leastAdvanced()
	switch {
	case least == "" && !s.PackingAt.IsZero():
		return StagePacking, s.PackingAt
	case least == "" && !s.PaidAt.IsZero():
		return StagePaid, s.PaidAt
	case least == "":
		return StagePlaced, s.Order.PlacedAt
	case least == Announced || s.goodsMissing():
		if !s.PackingAt.IsZero() {
			return StagePacking, s.PackingAt
		}
		return StagePacking, since
	default:
		return Stage(least), since
	}
}

// leastAdvanced gives the lowest stage among the live parcels and since when all of those are there; "" without any.
func (s *State) leastAdvanced() (least ParcelStage, since time.Time) {
	for _, p := range s.Parcels {
		switch {
		case !p.Live():
		case least == "" || p.Stage.rank() < least.rank():
			least, since = p.Stage, p.StageAt
		case p.Stage == least && p.StageAt.After(since):
			since = p.StageAt
		}
	}
	return least, since
}

// goodsMissing tells that some units which are to be shipped are in no live parcel, as far as that is known.
func (s *State) goodsMissing() bool {
	packed := map[string]int{}
	for _, p := range s.Parcels {
		if !p.Live() {
			continue
		}
		if len(p.Items) == 0 {
			return false
		}
		for _, item := range p.Items {
			packed[item.LineID] += item.Quantity
			if item.Quantity == 0 {
				packed[item.LineID] += s.quantity(item.LineID)
			}
		}
	}
	for _, line := range s.Order.Lines {
		if !line.Cancelled && !line.NotShipped && packed[line.ID]+s.DroppedOf(line.ID) < line.Quantity {
			return true
		}
	}
	return false
}

func (s *State) quantity(lineID string) int {
	for _, line := range s.Order.Lines {
		if line.ID == lineID {
			return line.Quantity
		}
	}
	return 0
}

// Closed tells that an order is over: every live parcel was delivered or collected (or came back), no case is open, and
// every window in which the shopper could begin one has ended. windowsEnd zero means that a window is open without end.
func Closed(s State, now, windowsEnd time.Time, caseOpen bool) bool {
	least, _ := s.leastAdvanced()
	over := !s.CancelledAt.IsZero() || (least.rank() >= Delivered.rank() && !s.goodsMissing())
	return over && !caseOpen && !windowsEnd.IsZero() && !now.Before(windowsEnd)
}
