package main

import (
	"fmt"

	"homeward/templates"
)

type previewCommand struct {
	Out string `help:"The folder to write into; it is made when it is not there." required:"" type:"path"`
}

// Run is homeward preview.
func (c *previewCommand) Run() error {
	if err := templates.Preview(c.Out); err != nil {
		return err
	}
	fmt.Printf("Open %s/index.html\n", c.Out)
	return nil
}
