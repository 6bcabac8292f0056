package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
)

// served is a server as its process drives it.
type served interface {
	listen() (addr string, err error)
	work() error            // start the workers
	fill(from, n int) error // make a backlog
	stop()
}

// ranAsServer is a server until standard input ends, where the environment says so. The other side is process.
func ranAsServer() bool {
	text := os.Getenv(serverEnv)
	if text == "" {
		return false
	}
	if err := serve(text); err != nil {
		fmt.Println("error:", err) //nolint:forbidigo // the answer
	}
	return true
}

func serve(text string) error {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	if s.Profile != "" {
		file, err := os.Create(s.Profile)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // a profile that is cut shows
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var it served
	var err error
	if s.Bare {
		it = newBare(s)
	} else if it, err = newHomeward(context.Background(), s); err != nil {
		return err
	}
	defer it.stop()
	addr, err := it.listen()
	if err != nil {
		return err
	}
	if s.Workers {
		if err := it.work(); err != nil {
			return err
		}
	}
	fmt.Println(addr) //nolint:forbidigo // the answer
	commands(it)
	return nil
}

// commands answers each line until there are no more.
func commands(it served) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var err error
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 1 && words[0] == "work":
			err = it.work()
		case len(words) == 3 && words[0] == "fill":
			from, _ := strconv.Atoi(words[1])
			n, _ := strconv.Atoi(words[2])
			err = it.fill(from, n)
		default:
			err = fmt.Errorf("no such command")
		}
		if err != nil {
			fmt.Println("error:", err) //nolint:forbidigo // the answer
			continue
		}
		fmt.Println("ok") //nolint:forbidigo // the answer
	}
}

// newLog writes the lines that production writes, to where they cost a system call and no room.
func newLog() (*slog.Logger, error) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	return slog.New(slog.NewJSONHandler(null, nil)), nil
}

func loopback() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }
