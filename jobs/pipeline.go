package jobs

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// pipelined sends the scripts of several callers to Redis in one go: what came while the last ones were under way goes
// together. It ends with its client. A script whose answer was lost may run twice, so it is for those that bear it: asynq's
// enqueue refuses a task's id that is there already.
type pipelined struct {
	redis.UniversalClient
	pipe *redis.AutoPipeliner
}

func together(client redis.UniversalClient) redis.UniversalClient {
	pipe, err := client.AutoPipeline()
	if err != nil { // a client that cannot: every script goes alone
		return client
	}
	return &pipelined{client, pipe}
}

// EvalSha is redis.Scripter. The client's own timeouts bound it, not ctx.
func (p *pipelined) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	return p.pipe.EvalSha(ctx, sha, keys, args...)
}
