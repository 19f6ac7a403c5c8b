// Package runtime is the engine's façade: clients, and the stores that they open.
//
// Identity is a string. A store is known by its key, client id + ":" + name, in the one table that the Runtime has; no
// other registry, and nothing that depends on the identity of an object. A Store is such an entry and lives from
// OpenStore to Close of its client, which gives back all memory of the client. Batches and queries come encoded, are
// checked completely and not kept.
//
// A Runtime and all that it leads to is for one goroutine at a time, as the tables below it are: in WebAssembly there
// is but one, and elsewhere whoever owns the Runtime keeps calls apart.
package runtime

import (
	"strings"

	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/schema"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Runtime holds the living clients and their stores.
type Runtime struct {
	clients map[string]*Client
	handles map[string]*Store // by store key
}

// New makes a Runtime without clients.
func New() *Runtime {
	return &Runtime{clients: map[string]*Client{}, handles: map[string]*Store{}}
}

// OpenClient starts a client. The id must be free (already_exists), and neither empty nor hold a colon, so that store
// keys stay unambiguous (invalid_input). Absent and null are an empty schema; what else is wrong with a schema is
// invalid_schema.
func (r *Runtime) OpenClient(id string, schemaValue value.Value) (*Client, *fault.Error) {
	if id == "" || strings.Contains(id, ":") {
		return nil, fault.New(fault.InvalidInput, "a client's id must be a non-empty string without ':', not "+quote(id))
	}
	if r.clients[id] != nil {
		return nil, fault.New(fault.AlreadyExists, "a client of id "+quote(id)+" is still open: dispose it first, or choose another id")
	}
	parsed, err := schema.Parse(schemaValue)
	if err == nil {
		err = query.CheckRelations(parsed)
	}
	if err != nil {
		return nil, err
	}
	c := &Client{runtime: r, id: id, schema: parsed, stores: map[string]*Store{}, related: map[*View]struct{}{}, processed: map[string]bool{}}
	c.Connect(nil, nil, nil)
	r.clients[id] = c
	return c, nil
}

// quote names a user's string in a message.
func quote(s string) string { return `"` + s + `"` }
