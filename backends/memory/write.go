package memory

import (
	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/value"
	"github.com/atoma-dev/atoma/runtime/wire"
)

// Write does a request of a client. It is answered when Write returns.
func (b *Backend) Write(r *execution.Request, done func(*execution.Answer)) (cancel func()) {
	rows := r.Rows()
	writes := &execution.Writes{Store: r.Store.Name, Strategy: r.Name, Entries: r.Entries(), Rows: rows}
	return b.Apply(writes, func(a *execution.Answer) {
		if asExpected(a, rows) {
			a = &execution.Answer{All: true}
		}
		done(a)
	})
}

// asExpected tells whether all was done and left every row at the version that its client has given it.
func asExpected(a *execution.Answer, rows *wire.Batch) bool {
	if a.Err != nil {
		return false
	}
	versions := column(rows, "version")
	for i := range a.Results {
		r := &a.Results[i]
		switch {
		case r.Refused != nil:
			return false
		case r.Version != r.Version: // NaN: a deletion
		case versions == nil || versions.TagAt(i) != value.Number || versions.NumberAt(i) != r.Version:
			return false
		}
	}
	return true
}

// column finds a column of a batch with names.
func column(b *wire.Batch, name string) *wire.Column {
	for i := range b.Columns {
		if c := &b.Columns[i]; string(b.Names[c.Field]) == name {
			return c
		}
	}
	return nil
}

// Apply does writes in their order. They are answered when Apply returns: each that was done and left a row with its
// version, each that was refused because of a row with that row.
func (b *Backend) Apply(w *execution.Writes, done func(*execution.Answer)) (cancel func()) {
	if b.client == nil {
		done(&execution.Answer{Err: b.closed()})
		return nil
	}
	r := run{
		backend: b,
		table:   b.client.OpenStore(w.Store).Table(),
		writes:  w,
		results: make([]execution.Result, len(w.Entries)),
	}
	repeated := b.recall(w, r.results)
	for i := 0; i < len(w.Entries); {
		i = r.gather(i, &repeated)
		r.do()
	}
	b.remember(w, r.results, repeated)
	done(&execution.Answer{Results: r.results})
	return nil
}
