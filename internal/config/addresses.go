package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// IsLoopback tells whether a host name or IP address is this machine itself.
func IsLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// parseURL reads a URL that may hold a password; what it finds wrong never shows it.
func parseURL(text string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("is not a URL; write special characters of a password percent-encoded (@ is %40, / is %2F)")
	}
	if slices.Contains(schemes, u.Scheme) {
		return u, nil
	}
	return nil, fmt.Errorf("starts with %q; it must start with %s://", u.Scheme, strings.Join(schemes, ":// or "))
}

// parseWeb reads an address that Homeward or a browser calls: https, or http on this machine. It gives it without a
// final slash.
func parseWeb(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return nil, fmt.Errorf("%q is not a web address; write https://host", text)
	case u.User != nil:
		return nil, errors.New("holds a user or password; leave them out of the address")
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return nil, fmt.Errorf("%q is not encrypted; write https:// (http:// is for this machine only)", text)
	}
	return u, nil
}

// parsePublicURL reads public_url: a web address without anything after the host.
func parsePublicURL(text string) (string, error) {
	u, err := parseWeb(text)
	if err != nil {
		return "", err
	}
	if u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q has something after the host; Homeward needs a host of its own, such as https://updates.acme.example", text)
	}
	return u.String(), nil
}

// checkListen checks an address to listen on.
func checkListen(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not an address to listen on; write %q or %q", text, ":8080", "127.0.0.1:8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q has no port from 0 to 65535; write %q", text, ":8080")
	}
	return nil
}

// checkDatabase checks sqlite:PATH and postgres://….
func checkDatabase(text string) error {
	if path, ok := strings.CutPrefix(text, "sqlite:"); ok {
		switch {
		case path == "":
			return errors.New("names no file; write sqlite:homeward.db")
		case strings.Contains(path, ":memory:") || strings.Contains(path, "mode=memory"):
			return errors.New("keeps the database in memory, where a restart loses it; write sqlite:homeward.db")
		}
		return nil
	}
	u, err := parseURL(text, "postgres", "postgresql")
	if err != nil {
		return fmt.Errorf("%w (or write sqlite:homeward.db)", err)
	}
	if u.Host == "" && !u.Query().Has("host") {
		return errors.New("names no host; write postgres://user:password@host:5432/homeward")
	}
	return nil
}

// checkRedis checks "embedded", redis://, rediss:// and redis+sentinel://h1,h2/master?db=0.
func checkRedis(text string) error {
	if text == "embedded" {
		return nil
	}
	u, err := parseURL(text, "redis", "rediss", "redis+sentinel")
	if err != nil {
		return fmt.Errorf("%w (or write embedded)", err)
	}
	if u.Host == "" {
		return errors.New("names no host; write redis://host:6379/0")
	}
	path := strings.Trim(u.Path, "/")
	if u.Scheme == "redis+sentinel" {
		if path == "" || strings.Contains(path, "/") {
			return errors.New("names no master; write redis+sentinel://host1:26379,host2:26379/mymaster?db=0")
		}
		path = u.Query().Get("db")
	}
	if n, err := strconv.Atoi(path); path != "" && (err != nil || n < 0) {
		return fmt.Errorf("names database %q; a Redis database is a number, such as 0", path)
	}
	return nil
}

// DefaultFiles is the name of the folder for uploaded files: beside SQLite's file, else in the working directory.
const DefaultFiles = "files"

// FilesBeside gives the folder for uploaded files when the configuration names none.
func FilesBeside(database string) string {
	path, ok := strings.CutPrefix(database, "sqlite:")
	if !ok {
		return DefaultFiles
	}
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "file:"), "?")
	return filepath.Join(filepath.Dir(path), DefaultFiles)
}

// checkFiles checks a folder's path and s3://bucket?region=….
func checkFiles(text string) error {
	scheme, _, isURL := strings.Cut(text, "://")
	if !isURL {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case scheme != "s3":
		return fmt.Errorf("starts with %s://; write the path of a folder, or s3://bucket?region=eu-central-1", scheme)
	case err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "":
		return errors.New("names no bucket, or something after it; write s3://bucket?region=eu-central-1")
	case u.User != nil:
		return errors.New("holds a key; give it in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or let the machine's role speak")
	case u.Query().Get("region") == "":
		return errors.New("names no region; write s3://bucket?region=eu-central-1 (a store that has none takes us-east-1)")
	}
	if endpoint := u.Query().Get("endpoint"); endpoint != "" {
		if _, err := parseWeb(endpoint); err != nil {
			return fmt.Errorf("endpoint %w", err)
		}
	}
	return nil
}

// parseMailbox reads "Acme <orders@acme.example>" or a bare address, and gives the bare address.
func parseMailbox(text string) (string, error) {
	address, err := mail.ParseAddress(text)
	if err != nil || !strings.Contains(address.Address[strings.LastIndex(address.Address, "@")+1:], ".") {
		return "", fmt.Errorf("%q is not a mail address; write %q", text, "Acme <orders@acme.example>")
	}
	return address.Address, nil
}

// checkWhsec checks a secret of Standard Webhooks: base64, with or without "whsec_" in front.
func checkWhsec(secret string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return errors.New(`is not a secret of Standard Webhooks, "whsec_" and base64; copy it again, whole, or make one: echo whsec_$(openssl rand -base64 32)`)
	}
	return nil
}
