package files

import "time"

// Hurry makes a box wait only so long.
func (b *Box) Hurry(patience time.Duration) { b.patience = patience }
