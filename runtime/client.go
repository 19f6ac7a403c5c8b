package runtime

import (
	"github.com/agnivade/levenshtein"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/write"
)

// Client is one user of the runtime, with stores of its own.
type Client struct {
	runtime *Runtime
	id      string
	schema  *schema.Schema
	stores  map[string]*Store  // by name; the entries of the runtime's handles that are this client's
	related map[*View]struct{} // views with includes: a change of any store may concern them
	found   []*View            // kept for its memory

	pipeline  *execution.Pipeline
	processed map[string]bool // names of stores whose rows go through JavaScript on their way
	writes    write.Counter
	next      announced
	first     write.Number // of the last write
}

// ID gives the client's id.
func (c *Client) ID() string { return c.id }

// OpenStore gives the store of a name, and makes it if there is none. Any name but the empty one will do: a schema
// need not list it.
func (c *Client) OpenStore(name string) *Store {
	if s := c.stores[name]; s != nil {
		return s
	}
	s := newStore(c, name)
	c.stores[name] = s
	c.runtime.handles[s.key] = s
	return s
}

// maxTypo is up to how many edits away a name is taken for a slip.
const maxTypo = 2

// Suggest gives the listed store name that a name is likely to be meant for: the nearest within maxTypo edits, the
// first by alphabet of several. There is none for a name that is listed itself.
func (c *Client) Suggest(name string) string {
	if c.schema.Stores[name] != nil {
		return ""
	}
	best, distance := "", maxTypo+1
	for listed := range c.schema.Stores {
		if d := len(listed) - len(name); d > 4*maxTypo || -d > 4*maxTypo {
			continue // an edit is at most 4 bytes
		}
		d := levenshtein.ComputeDistance(name, listed)
		if d < distance || d == distance && listed < best {
			best, distance = listed, d
		}
	}
	return best
}

// Close ends the client: its stores leave the runtime's table and give back their memory. It may be called again.
func (c *Client) Close() {
	if c.runtime == nil {
		return
	}
	c.pipeline.Close()
	for _, s := range c.stores {
		delete(c.runtime.handles, s.key)
		s.dispose()
	}
	delete(c.runtime.clients, c.id)
	*c = Client{id: c.id, schema: &schema.Schema{}, pipeline: c.pipeline}
}
