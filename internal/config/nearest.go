package config

// nearest gives the candidate that takes the fewest edits to reach from word, "" when every one takes more than a third
// of its letters.
func nearest(word string, candidates []string) string {
	best, least := "", 0
	for _, candidate := range candidates {
		edits := distance(word, candidate)
		if edits > max(1, len(candidate)/3) {
			continue
		}
		if best == "" || edits < least {
			best, least = candidate, edits
		}
	}
	return best
}

// distance is the number of inserted, deleted or replaced bytes between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
