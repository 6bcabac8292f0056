// Package jobs is the work: SQL owns it, asynq rings the bell. A task carries a kind, an id and a generation; the row of
// that id says what is to be done, and only it. So a task that is lost, repeated, archived or evicted can neither block
// nor double anything: the sweep gives an overdue row the next generation and a new task.
//
// This is the only package that imports asynq.
package jobs

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/hibiken/asynq"

	"homeward/internal/store"
)

// The queues, in the order of their weight.
const (
	QueueStatutory = "statutory"
	QueueMoney     = "money"
	QueueMessages  = "messages"
	QueueEvents    = "events"
	QueueLow       = "low"
)

// weights is how often a worker looks at each queue first.
var weights = map[string]int{QueueStatutory: 8, QueueMoney: 6, QueueMessages: 4, QueueEvents: 4, QueueLow: 1}

// Queues lists the queues' names.
func Queues() []string {
	return []string{QueueStatutory, QueueMoney, QueueMessages, QueueEvents, QueueLow}
}

// kind is how one kind of work runs as tasks.
type kind struct {
	task    string // asynq's type name
	queue   string // where the row does not name one
	timeout time.Duration
}

// kinds holds every kind of work. A timeout is asynq's; the calls inside end earlier by their own.
var kinds = map[store.WorkKind]kind{
	store.EventWork:    {task: "event:apply", queue: QueueEvents, timeout: 30 * time.Second},
	store.MessageWork:  {task: "message:send", queue: QueueMessages, timeout: mailTimeout + 10*time.Second},
	store.RefundWork:   {task: "refund:issue", queue: QueueMoney, timeout: 2*callTimeout + 10*time.Second},
	store.DeadlineWork: {task: "deadline:fire", queue: QueueEvents, timeout: 30 * time.Second},
	store.TermWork:     {task: "term:look", queue: QueueStatutory, timeout: 30 * time.Second},
	store.CallWork:     {task: "call:post", queue: QueueLow, timeout: 2 * callTimeout},
	store.LabelWork:    {task: "label:buy", queue: QueueMessages, timeout: 50 * time.Second},
	store.ReadingWork:  {task: "reading:page", queue: QueueLow, timeout: 50 * time.Second},
}

// WorkKinds lists the kinds of work in the order in which a sweep looks at them.
var WorkKinds = []store.WorkKind{store.RefundWork, store.MessageWork, store.EventWork, store.DeadlineWork, store.TermWork, store.CallWork, store.LabelWork, store.ReadingWork}

const (
	// callTimeout ends one call to Twilio, or the calls to Stripe on either side of a refund's intent.
	callTimeout = 20 * time.Second
	// mailTimeout ends one mail's conversation: mail servers take their time to scan.
	mailTimeout = 40 * time.Second
	// lease is how long a worker holds a row: longer than the longest handler, so that nobody takes over a live one.
	lease = time.Minute
	// shutdownTimeout is how long a stop waits for the work under way: longer than any handler.
	shutdownTimeout = 55 * time.Second
	// maxRetry keeps asynq trying; what to do after a failure, and when to stop, is the row's to say.
	maxRetry = 1000
	// feedTimeout ends one attempt to ring a bell.
	feedTimeout = 3 * time.Second
)

// payload is all that Redis ever sees of a unit of work.
type payload struct {
	ID         string `json:"id"`
	Generation int64  `json:"g"`
}

// newTask makes the task of a row. Its id is kind:id:generation, so that a second task of the same generation conflicts.
func newTask(t store.Task) (*asynq.Task, error) {
	k, ok := kinds[t.Kind]
	if !ok {
		return nil, fmt.Errorf("jobs: unknown kind of work %q", t.Kind)
	}
	queue := t.Queue
	if queue == "" {
		queue = k.queue
	}
	data, err := json.Marshal(payload{ID: t.ID, Generation: t.Generation})
	if err != nil {
		return nil, err
	}
	options := []asynq.Option{
		asynq.TaskID(string(t.Kind) + ":" + t.ID + ":" + strconv.FormatInt(t.Generation, 10)),
		asynq.Queue(queue), asynq.MaxRetry(maxRetry), asynq.Timeout(k.timeout),
	}
	if !t.DueAt.IsZero() {
		options = append(options, asynq.ProcessAt(ceilSecond(t.DueAt)))
	}
	return asynq.NewTask(k.task, data, options...), nil
}

// ceilSecond rounds up: asynq keeps whole seconds and rounds down, which would ring before the row is due.
func ceilSecond(t time.Time) time.Time {
	if f := t.Truncate(time.Second); !f.Equal(t) {
		return f.Add(time.Second)
	}
	return t
}

// parse reads a task back.
func parse(kind store.WorkKind, t *asynq.Task) (store.Task, error) {
	var p payload
	if err := json.Unmarshal(t.Payload(), &p); err != nil || p.ID == "" {
		return store.Task{}, fmt.Errorf("jobs: payload of %s cannot be read: %w", t.Type(), asynq.SkipRetry)
	}
	return store.Task{Kind: kind, ID: p.ID, Generation: p.Generation}, nil
}
