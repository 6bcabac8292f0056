// Homeward tells shoppers where their order is, takes it back when they change their mind, and pays the money back once.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

// commands is the command line.
type commands struct {
	Demo    demoCommand      `cmd:""                    help:"Show Homeward at work: a sample shop, an inbox, a console. Needs nothing but this binary; nothing leaves the machine."`
	Serve   serveCommand     `cmd:""                    help:"Run Homeward: web, workers and timers."`
	Check   checkCommand     `cmd:""                    help:"Say what is wrong with the configuration and everything it names, before anything is sent."`
	Preview previewCommand   `cmd:""                    help:"Write every message in every language into a folder, to read and to review."`
	Policy  policyCommand    `cmd:""                    help:"What a shop's policy of returns says."`
	Version kong.VersionFlag `help:"Print the version."`
}

// fault codes of the process: 1 when something is wrong outside, 2 when the command line or the configuration is.
const (
	exitFault = 1
	exitUsage = 2
)

// usageError is a fault of the command line or of the configuration.
type usageError struct{ error }

// Unwrap gives the fault itself.
func (u usageError) Unwrap() error { return u.error }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli, kong.Name("homeward"), kong.UsageOnError(), kong.Vars{"version": version},
		kong.Description("Order news before shoppers ask, returns through one signed link, refunds exactly once. Start with: homeward demo"),
		kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintln(os.Stderr, "homeward:", err)
		return exitFault
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help and --version end here
		return exit
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "homeward: %v\nTry: homeward --help\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run()
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "homeward:", err)
	if errors.As(err, &usageError{}) {
		return exitUsage
	}
	return exitFault
}
