package runtime

import "github.com/atoma-dev/atoma/runtime/query"

// prepared is the queries of a store that were parsed of late, by their encoded form: an app asks the same few again
// and again, and parsing takes longer than a query that an index answers. A Query never changes, so it may be shared.
type prepared map[string]*query.Query

const (
	maxPrepared      = 64
	maxPreparedBytes = 512 // of a query's encoded form; those of programs are shorter
)

func (p prepared) keep(encoded []byte, q *query.Query) {
	if len(encoded) > maxPreparedBytes {
		return
	}
	if len(p) == maxPrepared {
		clear(p)
	}
	p[string(encoded)] = q
}
