package templates

import (
	"html/template"
	"strings"
)

// outlook gives a conditional comment for Outlook on Windows, which lays mails out with Word. html/template deletes
// comments of a template, so they come in as values.
func outlook(name string) template.HTML { return outlookComments[name] }

var outlookComments = map[string]template.HTML{
	"head": `<!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>` +
		`<style>table{border-collapse:collapse}td,th,p,a,h1,h2,span{font-family:Arial,sans-serif!important}</style><![endif]-->`,
	"open": `<!--[if mso]><table role="presentation" align="center" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`,
	// The spacer keeps clients from filling the preview line with what follows the preheader.
	"spacer": template.HTML(strings.Repeat("&#847;&zwnj;&nbsp;", 60)), //nolint:gosec // constant
	"close":  `<!--[if mso]></td></tr></table><![endif]-->`,
}
