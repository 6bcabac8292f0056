package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "time/tzdata" // shops' time zones load on a machine without zone files

	"golang.org/x/crypto/bcrypt"
)

// The defaults.
const (
	DefaultListen        = ":8080"
	DefaultMetricsListen = "127.0.0.1:9090"
	DefaultDatabase      = "sqlite:homeward.db"
	DefaultColor         = "#1a5fb4"
	// DefaultKeepFiles is two years: so long from delivery a lack of conformity can be claimed (Directive (EU) 2019/771, Art.
	// 10(1)), and what a case was about was delivered before the case ended.
	DefaultKeepFiles = 730 * 24 * time.Hour

	minSecret = 32 // bytes
)

// DefaultWork is what tunes the workers when `work` says nothing.
var DefaultWork = Work{
	Concurrency:   32,
	SweepEvery:    15 * time.Second,
	OverdueAfter:  time.Minute,
	CheckInterval: 20 * time.Millisecond,
}

// Load reads the file at path. env looks up a variable (os.LookupEnv); ${file:…} in the file starts at the file's folder.
// What is wrong in the file comes back all together, as Faults; a file that cannot be read as the error of os.
func Load(path string, env func(string) (string, bool)) (*Config, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return parse(path, data, filepath.Dir(path), env)
}

// Parse reads a configuration from data; ${file:…} starts at dir. It fails as Load does; the faults name "homeward.yaml".
func Parse(data []byte, dir string, env func(string) (string, bool)) (*Config, error) {
	return parse("homeward.yaml", data, dir, env)
}

func parse(name string, data []byte, dir string, env func(string) (string, bool)) (*Config, error) {
	doc, root := newDocument(name, data, expander{dir: dir, env: env})
	if len(doc.faults) > 0 {
		return nil, doc.faults
	}
	top := doc.section("", root)
	c := top.config()
	if len(doc.faults) > 0 {
		return nil, doc.faults
	}
	return c, nil
}

// config reads the top of the file.
func (s *section) config() *Config {
	c := &Config{
		Listen:        s.listen("listen", DefaultListen),
		MetricsListen: s.listen("metrics_listen", DefaultMetricsListen),
		PublicURL:     s.publicURL(),
		Database:      s.either("database", DefaultDatabase),
		Redis:         s.either("redis", "embedded"),
		Files:         s.text("files"),
		Secrets:       s.linkSecrets(),
		Ops:           s.section("ops").ops(),
		Work:          s.section("work").work(),
	}
	if c.Listen == "" {
		s.fault("listen", `is "off"; Homeward needs an address to listen on, such as ":8080"`)
	}
	s.check("database", checkDatabase(c.Database))
	s.check("redis", checkRedis(c.Redis))
	if c.Files == "" {
		c.Files = FilesBeside(c.Database)
	}
	s.check("files", checkFiles(c.Files))
	shared := Shop{Holidays: s.section("holidays").holidays(), Mail: s.section("mail").mail(), SMS: s.section("sms").sms(), Payments: s.section("payments").payments()}
	c.Shops = s.shops(shared)
	s.close()
	return c
}

// either gives an optional value, or its default.
func (s *section) either(key, fallback string) string {
	if value := s.text(key); value != "" {
		return value
	}
	return fallback
}

// listen gives an address to listen on, "" for "off".
func (s *section) listen(key, fallback string) string {
	value := s.either(key, fallback)
	if value == "off" {
		return ""
	}
	s.check(key, checkListen(value))
	return value
}

func (s *section) publicURL() string {
	text := s.required("public_url", "the address that shoppers see, such as https://updates.acme.example")
	if text == "" {
		return ""
	}
	address, err := parsePublicURL(text)
	s.check("public_url", err)
	return address
}

// linkSecrets gives the secrets that sign links: the first signs, all of them verify.
func (s *section) linkSecrets() []string {
	secrets := s.secrets("secret")
	for i, secret := range secrets {
		if secret != "" && len(secret) < minSecret {
			s.fault("secret", "number %d is %d bytes; it needs %d or more: openssl rand -base64 48", i+1, len(secret), minSecret)
		}
	}
	return secrets
}

func (s *section) ops() Ops {
	defer s.close()
	var out Ops
	for _, user := range s.sections("users") {
		u := User{
			Name:         user.required("name", "a name to log in with"),
			PasswordHash: user.secret("password_hash"),
			Role:         user.word("role", "viewer", "agent", "admin"),
		}
		if u.PasswordHash != "" {
			if _, err := bcrypt.Cost([]byte(u.PasswordHash)); err != nil {
				user.fault("password_hash", "is not a bcrypt hash; make one: htpasswd -nBC 12 olga, and keep what follows the colon, in quotes")
			}
		}
		if slices.ContainsFunc(out.Users, func(other User) bool { return other.Name == u.Name }) {
			user.fault("name", "%q stands twice; each user needs a name of their own", u.Name)
		}
		user.close()
		out.Users = append(out.Users, u)
	}
	return out
}

func (s *section) work() Work {
	defer s.close()
	return Work{
		Concurrency:   s.integer("concurrency", DefaultWork.Concurrency, 1, 1000),
		SweepEvery:    s.duration("sweep_every", DefaultWork.SweepEvery, 100*time.Millisecond, time.Hour),
		OverdueAfter:  s.duration("overdue_after", DefaultWork.OverdueAfter, 100*time.Millisecond, day),
		CheckInterval: s.duration("check_interval", DefaultWork.CheckInterval, time.Millisecond, time.Minute),
	}
}

// unique notes an id that an earlier one of the list has.
func (s *section) unique(key, value string, earlier []string) {
	if value != "" && slices.Contains(earlier, value) {
		s.fault(key, "%q stands twice; each needs its own", value)
	}
}

// slug gives an id that is a part of addresses.
func (s *section) slug(key string, earlier []string) string {
	value := s.required(key, "a short id such as "+strings.TrimSuffix(key, "_")+"-1")
	if value == "" {
		return ""
	}
	if !slug.MatchString(value) {
		s.fault(key, "%q cannot be used; %s", value, errSlug)
	}
	s.unique(key, value, earlier)
	return value
}
