package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// serverEnv tells this program that it is to be a server, and which.
const serverEnv = "HOMEWARD_BENCH_SERVER"

// spec is which server a process is to be.
type spec struct {
	Bare     bool // the baseline instead of Homeward
	Workers  bool // from the start
	Database string
	Redis    string // host:port
	Mail     string // host:port
	Profile  string // a file, "" for none
}

// process is a server in a process of its own. It ends when its standard input does, so also with this program.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr string
}

// start runs this program once more, as a server.
func start(s spec) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(self)} //nolint:gosec // it is this program
	p.cmd.Env = append(os.Environ(), serverEnv+"="+string(text))
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if p.addr, err = p.answer(); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

// ask sends a command and gives the answer.
func (p *process) ask(format string, args ...any) (string, error) {
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		return "", err
	}
	return p.answer()
}

func (p *process) answer() (string, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("the server ended: %w", err)
	}
	line = strings.TrimSpace(line)
	if failed, ok := strings.CutPrefix(line, "error: "); ok {
		return "", fmt.Errorf("the server: %s", failed)
	}
	return line, nil
}

// stop ends the server and waits for it; one that does not end by itself is killed.
func (p *process) stop() {
	_ = p.in.Close()
	kill := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	_ = p.cmd.Wait()
}

// cpu gives the processor time that the process used so far.
func (p *process) cpu() time.Duration { return cpuOf(p.cmd.Process.Pid) }

// ticks is the unit of /proc/PID/stat, USER_HZ: a hundred a second on every Linux.
const tick = 10 * time.Millisecond

// cpuOf reads user and system time from /proc; 0 where there is none.
func cpuOf(pid int) time.Duration {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	// The name in brackets may hold anything; what follows its end is fields from the third on.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}

// memoryOf gives the resident memory of a process and its peak, in MiB, from /proc; 0 where there is none.
func memoryOf(pid int) (now, peak float64) {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		switch name {
		case "VmRSS":
			now = kb / 1024
		case "VmHWM":
			peak = kb / 1024
		}
	}
	return now, peak
}

// load gives the machine's load of the last minute, as the kernel words it.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
