package templates_test

import (
	"testing"

	"homeward/templates"
)

func BenchmarkMail(b *testing.B) {
	r := renderer(b)
	for _, name := range []string{"placed", "in_transit"} {
		for _, lang := range []string{"en", "ar"} {
			for _, s := range templates.Samples(lang) {
				if s.Name != name {
					continue
				}
				b.Run(name+"/"+lang, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := r.Mail(s.View); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

func BenchmarkSMS(b *testing.B) {
	r := renderer(b)
	for _, s := range templates.Samples("pl") {
		if s.Name != "ready_for_pickup" {
			continue
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.SMS(s.View); err != nil {
				b.Fatal(err)
			}
		}
	}
}
