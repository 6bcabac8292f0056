package config_test

import (
	"strings"
	"testing"

	"homeward/internal/config"
)

// small is the least that is needed; each fault below changes one thing in it.
const small = `public_url: http://localhost:8080
secret: ${SECRET}
shops:
  - id: acme
    name: Acme
    country: PL
    time_zone: Europe/Warsaw
    sources:
      - {name: erp, kind: standard, secret: c2Vj}
`

func TestEachFaultNamesKeyValueAndMend(t *testing.T) {
	tests := []struct {
		name, old, new, want string
	}{
		{"empty file", small, "", `homeward.yaml: public_url: is missing or empty; write the address that shoppers see, such as https://updates.acme.example`},
		{"no yaml", small, "a: [", `homeward.yaml:1: is not YAML: `},
		{"key twice", "shops:", "secret: x\nshops:", `homeward.yaml:3: is not YAML: mapping key "secret" already defined`},
		{"two documents", "shops:", "---\nshops:", `a second YAML document starts here`},
		{"list at the top", small, "- a\n", `homeward.yaml:1: holds a single value or a list where keys belong`},
		{"unknown key", "shops:", "redos: x\nshops:", `homeward.yaml:3: redos: is not a known key; did you mean redis?`},
		{"far key", "kind: standard", "kind: standard, zzzzzzzz: 1", `shops[0].sources[0].zzzzzzzz: is not a known key; known here: name, kind, secret`},
		{"unset variable", "${SECRET}", "${NOPE}", `homeward.yaml:2: secret: the environment variable NOPE is not set`},
		{"no variable", "${SECRET}", "${A-B}", `secret: ${A-B} is not a variable's name`},
		{"no file", "${SECRET}", "${file:/nowhere/x}", `secret: cannot read the file: open /nowhere/x: no such file`},
		{"empty secret", "${SECRET}", `""`, `homeward.yaml:2: secret: is empty`},
		{"null secret", "${SECRET}", ``, `secret: is`},
		{"empty variable", "${SECRET}", "${EMPTY}", `secret: is empty`},
		{"empty in list", "${SECRET}", `["${SECRET}", ""]`, `secret[1]: is empty`},
		{"empty list", "${SECRET}", "[]", `secret: is an empty list`},
		{"missing secret", "secret: ${SECRET}\n", "", `homeward.yaml:1: secret: is missing`},
		{"short secret", "${SECRET}", "${SHORT}", `secret: number 1 is 12 bytes; it needs 32 or more`},
		{"empty source secret", "secret: c2Vj}", `secret: ""}`, `homeward.yaml:9: shops[0].sources[0].secret: is empty`},
		{"missing source secret", ", secret: c2Vj}", `}`, `shops[0].sources[0].secret: is missing`},
		{"public http", "http://localhost:8080", "http://acme.example", `public_url: "http://acme.example" is not encrypted; write https://`},
		{"public path", "http://localhost:8080", "https://acme.example/orders", `public_url: "https://acme.example/orders" has something after the host`},
		{"public user", "http://localhost:8080", "https://u:p@acme.example", `public_url: holds a user or password`},
		{"public nonsense", "http://localhost:8080", "acme", `public_url: "acme" is not a web address`},
		{"listen", "shops:", "listen: '8080'\nshops:", `listen: "8080" is not an address to listen on; write ":8080"`},
		{"listen port", "shops:", "listen: ':99999'\nshops:", `listen: ":99999" has no port from 0 to 65535`},
		{"listen off", "shops:", "listen: 'off'\nshops:", `listen: is "off"`},
		{"metrics", "shops:", "metrics_listen: 'on'\nshops:", `metrics_listen: "on" is not an address`},
		{"database", "shops:", "database: mysql://x\nshops:", `database: starts with "mysql"; it must start with postgres:// or postgresql://`},
		{"database host", "shops:", "database: 'postgres:///x'\nshops:", `database: names no host`},
		{"database file", "shops:", "database: 'sqlite:'\nshops:", `database: names no file`},
		{"database memory", "shops:", "database: 'sqlite::memory:'\nshops:", `database: keeps the database in memory`},
		{"redis", "shops:", "redis: http://x\nshops:", `redis: starts with "http"`},
		{"redis number", "shops:", "redis: redis://h/one\nshops:", `redis: names database "one"`},
		{"redis host", "shops:", "redis: redis:///1\nshops:", `redis: names no host`},
		{"sentinel", "shops:", "redis: redis+sentinel://h1,h2\nshops:", `redis: names no master`},
		{"holiday", "shops:", "holidays: {PL: {add: [2027-02-30]}}\nshops:", `holidays.PL.add[0]: is no day; write one such as 2027-05-03`},
		{"no holiday", "shops:", "holidays: {PL: {remove: [2027-05-04]}}\nshops:", `holidays.PL.remove[0]: 2027-05-04 is no holiday in PL that this version knows`},
		{"holiday of nowhere", "shops:", "holidays: {Poland: {add: [2027-05-04]}}\nshops:", `holidays.Poland: `},
		{"holiday key", "shops:", "holidays: {PL: {also: [2027-05-04]}}\nshops:", `holidays.PL.also: is not a known key`},
		{"work", "shops:", "work: {concurrency: many}\nshops:", `work.concurrency: "many" is not a whole number from 1 to 1000`},
		{"work range", "shops:", "work: {sweep_every: 1d}\nshops:", `work.sweep_every: "1d" is out of range; write 100ms to 1h`},
		{"hash", "shops:", "ops: {users: [{name: o, password_hash: x, role: admin}]}\nshops:", `ops.users[0].password_hash: is not a bcrypt hash`},
		{"role", "shops:", "ops: {users: [{name: o, password_hash: x, role: boss}]}\nshops:", `ops.users[0].role: "boss" is not known; write one of viewer, agent, admin`},
		{"user twice", "shops:", "ops: {users: [{name: o, password_hash: x}, {name: o, password_hash: x}]}\nshops:", `ops.users[1].name: "o" stands twice`},
		{"mail scheme", "shops:", "mail: {smtp: mail.example:25, from: a@b.example}\nshops:", `mail.smtp: starts with "mail.example"; it must start with smtp:// or smtps://`},
		{"mail url", "shops:", "mail: {smtp: 'smtp://u:s3/x@h', from: a@b.example}\nshops:", `mail.smtp: is not a URL; write special characters of a password percent-encoded`},
		{"mail user", "shops:", "mail: {smtp: smtp://u@h, from: a@b.example}\nshops:", `mail.smtp: has a user without a password`},
		{"mail clear", "shops:", "mail: {smtp: 'smtp://u:p@h?starttls=optional', from: a@b.example}\nshops:", `mail.smtp: has a password and starttls=optional`},
		{"mail option", "shops:", "mail: {smtp: 'smtp://h?tls=no', from: a@b.example}\nshops:", `mail.smtp: has something unknown after the ?`},
		{"mail from", "shops:", "mail: {smtp: 'smtp://h', from: acme}\nshops:", `mail.from: "acme" is not a mail address`},
		{"mail without from", "shops:", "mail: {smtp: 'smtp://h'}\nshops:", `mail.from: is missing or empty`},
		{"sms sid", "shops:", "sms: {account_sid: SK1, auth_token: t, from: Acme}\nshops:", `sms.account_sid: "SK1" is not an account's SID`},
		{"sms token", "shops:", "sms: {account_sid: AC1, auth_token: '', from: Acme}\nshops:", `sms.auth_token: is empty`},
		{"sms sender", "shops:", "sms: {account_sid: AC1, auth_token: t}\nshops:", `sms.from: is missing`},
		{"sms two senders", "shops:", "sms: {account_sid: AC1, auth_token: t, from: Acme, messaging_service_sid: MG1}\nshops:", `sms.from: and messaging_service_sid are both set`},
		{"sms number", "shops:", "sms: {account_sid: AC1, auth_token: t, from: '0048'}\nshops:", `sms.from: "0048" is not a sender`},
		{"sms service", "shops:", "sms: {account_sid: AC1, auth_token: t, messaging_service_sid: AC1}\nshops:", `sms.messaging_service_sid: "AC1" is not a messaging service's SID`},
		{"sms proxy", "shops:", "sms: {account_sid: AC1, auth_token: t, from: Acme, base_url: 'http://proxy'}\nshops:", `sms.base_url: "http://proxy" is not encrypted`},
		{"stripe key", "shops:", "payments: {stripe_key: pk_1, webhook_secret: w}\nshops:", `payments.stripe_key: is not a secret or restricted key`},
		{"stripe secret", "shops:", "payments: {stripe_key: sk_1}\nshops:", `payments.webhook_secret: is missing`},
		{"no shops", small, "public_url: http://localhost\nsecret: ${SECRET}\n", `shops: is missing or empty; write at least one shop`},
		{"shops no list", small, "public_url: http://localhost\nsecret: ${SECRET}\nshops: acme\n", `homeward.yaml:3: shops: holds a single value where a list belongs`},
		{"shop id", "id: acme", "id: Acme Shop", `shops[0].id: "Acme Shop" cannot be used; use up to 40 of a-z, 0-9 and -`},
		{"shop name", "name: Acme", "name: ''", `shops[0].name: is missing or empty`},
		{"shop name list", "name: Acme", "name: [a]", `shops[0].name: holds a list or keys where a single value belongs`},
		{"country", "country: PL", "country: Poland", `shops[0].country: "Poland" is not a country of ISO 3166-1; write two capitals`},
		{"country small", "country: PL", "country: pl", `shops[0].country: "pl" is not a country`},
		{"country group", "country: PL", "country: EU", `shops[0].country: "EU" is not a country`},
		{"country old", "country: PL", "country: UK", `shops[0].country: "UK" is not a country`},
		{"zone", "Europe/Warsaw", "Warsaw", `shops[0].time_zone: "Warsaw" is not a time zone; write one such as Europe/Warsaw`},
		{"zone local", "Europe/Warsaw", "Local", `shops[0].time_zone: "Local" is not a time zone`},
		{"language", "country: PL", "languages: [pl, fr]\n    country: PL", `shops[0].languages[1]: "fr" is not a language that Homeward speaks; write some of en, pl, sl, ar, ru, de`},
		{"no sources", "sources:\n      - {name: erp, kind: standard, secret: c2Vj}", "sources: []", `shops[0].sources: is missing or empty`},
		{"source name", "name: erp", "name: ERP", `shops[0].sources[0].name: "ERP" cannot be used`},
		{"source reserved", "name: erp", "name: stripe", `shops[0].sources[0].name: "stripe" is reserved`},
		{"source twice", "      - {", "      - {name: erp, kind: standard, secret: c2Vj}\n      - {", `shops[0].sources[1].name: "erp" stands twice`},
		{"kind", "kind: standard", "kind: magento", `shops[0].sources[0].kind: "magento" is not known; write one of shopify,`},
		{"whsec", "secret: c2Vj}", "secret: whsec_%%}", `shops[0].sources[0].secret: is not a secret of Standard Webhooks, "whsec_" and base64`},
		{"whsec alone", "secret: c2Vj}", "secret: whsec_}", `shops[0].sources[0].secret: is not a secret of Standard Webhooks`},
		{"standard without prefix", "secret: c2Vj}", "secret: no-base64}", `shops[0].sources[0].secret: is not a secret of Standard Webhooks`},
		{"blank secret", "secret: c2Vj}", `secret: "  "}`, `shops[0].sources[0].secret: is empty`},
		{"notify secret", "country: PL", "notify: {url: 'https://x.example', secret: '-'}\n    country: PL", `shops[0].notify.secret: is not a secret of Standard Webhooks`},
		{"topic", "country: PL", "messages: {off: [shiped]}\n    country: PL", `shops[0].messages.off[0]: "shiped" is not a topic; did you mean shipped?`},
		{"calm", "country: PL", "messages: {calm_window: soon}\n    country: PL", `shops[0].messages.calm_window: "soon" is not a length of time; write 30d, 2h, 10m or 15s`},
		{"quiet", "country: PL", "messages: {quiet_hours: '9pm-8am'}\n    country: PL", `shops[0].messages.quiet_hours: "9pm-8am" are not hours of a day; write "21:00-08:00", or off`},
		{"channel", "country: PL", "messages: {channels: {shipped: [fax]}}\n    country: PL", `shops[0].messages.channels.shipped[0]: "fax" is not a channel; write mail or sms`},
		{"channel topic", "country: PL", "messages: {channels: {gone: [sms]}}\n    country: PL", `shops[0].messages.channels.gone: "gone" is not a topic`},
		{"window", "country: PL", "returns: {window: -3d}\n    country: PL", `shops[0].returns.window: "-3d" is not a length of time`},
		{"approve", "country: PL", "returns: {approve: never}\n    country: PL", `shops[0].returns.approve: "never" is not known; write one of auto, staff`},
		{"notify", "country: PL", "notify: {url: 'https://x.example'}\n    country: PL", `shops[0].notify.secret: is empty`},
		{"color", "country: PL", "brand: {color: green}\n    country: PL", `shops[0].brand.color: "green" is not a color; write it as "#00aa55"`},
		{"logo", "country: PL", "brand: {logo: 'http://cdn.example/l.png'}\n    country: PL", `shops[0].brand.logo: "http://cdn.example/l.png" is not encrypted`},
		{"reply", "country: PL", "brand: {reply_to: help}\n    country: PL", `shops[0].brand.reply_to: "help" is not a mail address`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(small, test.old, test.new, 1)
			if text == small {
				t.Fatalf("%q is not in the sample", test.old)
			}
			_, err := config.Parse([]byte(text), "", sample)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

func TestAllFaultsComeTogetherAndOncePerKey(t *testing.T) {
	text := strings.NewReplacer("${SECRET}", "${NOPE}", "PL", "XY", "secret: c2Vj}", `secret: "${NADA}"}`).Replace(small) + "lisen: x\n"
	_, err := config.Parse([]byte(text), "", sample)
	if err == nil {
		t.Fatal("no error")
	}
	want := `homeward.yaml:2: secret: the environment variable NOPE is not set; set it, or write the value here
homeward.yaml:6: shops[0].country: "XY" is not a country of ISO 3166-1; write two capitals, such as PL
homeward.yaml:9: shops[0].sources[0].secret: the environment variable NADA is not set; set it, or write the value here
homeward.yaml:10: lisen: is not a known key; did you mean listen?`
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNoFaultShowsASecret(t *testing.T) {
	const hidden = "hunter2"
	for _, text := range []string{
		"secret: hunter2\n",
		"mail: {smtp: 'smtp://u:hunter2/x@h', from: a@b.example}\n",
		"mail: {smtp: 'smtp://u:hunter2@h:port', from: a@b.example}\n",
		"mail: {smtp: 'smtp://u:hunter2@h?starttls=optional', from: a@b.example}\n",
		"database: 'postgres://u:hunter2 @h/x'\n",
		"database: 'mysql://u:hunter2@h/x'\n",
		"redis: 'redis://:hunter2@h/x'\n",
		"public_url: 'https://u:hunter2@h'\n",
		"payments: {stripe_key: hunter2, webhook_secret: hunter2}\n",
		"sms: {account_sid: x, auth_token: hunter2}\n",
		"ops: {users: [{name: a, password_hash: hunter2}]}\n",
		"shops: [{sources: [{kind: standard, secret: whsec_hunter2}], notify: {url: 'https://h', secret: whsec_hunter2}}]\n",
		"secret: hunter2\nsecret: [hunter2\n",
		"secret: 'hunter2\n",
	} {
		_, err := config.Parse([]byte(text), "", sample)
		if err == nil || strings.Contains(err.Error(), hidden) {
			t.Errorf("%s gives\n%v", text, err)
		}
	}
}
