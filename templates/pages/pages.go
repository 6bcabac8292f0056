// Package pages holds the shopper's pages: their HTML templates and the style sheet, embedded. The words stand in
// templates/locales/pages.<language>.json.
package pages

import "embed"

// Files holds *.html and page.css.
//
//go:embed *.html page.css
var Files embed.FS
