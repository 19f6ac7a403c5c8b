package jsbridge

import (
	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/aggregate"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/query"
	"github.com/atoma-dev/atoma/runtime/value"
)

// Commands that ask: queries, counts, aggregates, explanations, highlights.

func (b *Bridge) ask(op Op, store *runtime.Store, in []byte) *fault.Error {
	switch op {
	case OpQuery:
		err := store.Query(in, &b.found)
		b.garbage.did(queryWork+len(b.found.Tree), len(in))
		if err != nil {
			return err
		}
		b.answerSlots(b.found.Slots)
		answerAt(b, WordTree, b.found.Tree)
		b.answerPage(b.found.Page)
		b.answerShape(b.found.Shape)
		return nil
	case OpCount:
		b.garbage.did(queryWork, len(in))
		n, err := store.Count(in)
		b.mailbox[WordCount] = uint32(n)
		return err
	case OpExplain:
		b.garbage.did(queryWork, len(in))
		explained, err := store.Explain(in)
		if err == nil {
			b.answerValue(explained)
		}
		return err
	case OpAggregate:
		groups, err := store.Aggregate(in)
		b.garbage.did(queryWork+len(groups), len(in))
		b.outbox = aggregate.AppendGroups(b.outbox[:0], groups)
		b.answer(b.outbox)
		return err
	default:
		b.stats(store)
		return nil
	}
}

func (b *Bridge) stats(store *runtime.Store) {
	stats := store.Stats()
	b.mailbox[WordCount] = uint32(stats.Rows)
	b.mailbox[WordNumber] = uint32(stats.Bytes)
	list := value.Value{Tag: value.Array}
	for _, s := range stats.Indexes {
		list.Items = append(list.Items, object(
			property{"field", text(s.Field)},
			property{"type", text(s.Type)},
			property{"documents", number(s.Documents)},
			property{"distinct", number(s.Distinct)},
			property{"bytes", number(s.Bytes)},
		))
	}
	b.answerValue(list)
}

func (b *Bridge) highlight(in []byte) *fault.Error {
	ranges, err := runtime.Highlight(in, b.slots[:0])
	b.slots = ranges
	b.answerWords(ranges, len(ranges)/2)
	b.garbage.did(1, len(in))
	return err
}

func (b *Bridge) answerValue(v value.Value) {
	b.outbox = value.AppendPayload(b.outbox[:0], v)
	b.answer(b.outbox)
}

// answerPage says what is known of a page.
func (b *Bridge) answerPage(p *query.PageInfo) {
	if p == nil {
		return
	}
	properties := []property{{"hasNextPage", boolean(p.HasNext)}, {"hasPreviousPage", boolean(p.HasPrevious)}}
	if p.Start != nil {
		properties = append(properties, property{"startCursor", value.Value{Tag: value.String, Str: p.Start}})
	}
	if p.End != nil {
		properties = append(properties, property{"endCursor", value.Value{Tag: value.String, Str: p.End}})
	}
	if p.Total >= 0 {
		properties = append(properties, property{"total", number(p.Total)})
	}
	b.page = value.AppendPayload(b.page[:0], object(properties...))
	answerAt(b, WordPage, b.page)
}

// answerShape says how to read trees.
func (b *Bridge) answerShape(shape value.Value) {
	if shape.Tag == value.Object {
		b.shape = value.AppendPayload(b.shape[:0], shape)
		answerAt(b, WordShape, b.shape)
	}
}

// property is a key of an object with its value.
type property struct {
	key   string
	value value.Value
}

func object(properties ...property) value.Value {
	v := value.Value{Tag: value.Object}
	for _, p := range properties {
		v.Keys = append(v.Keys, []byte(p.key))
		v.Items = append(v.Items, p.value)
	}
	return v
}

func number(n int) value.Value { return value.Value{Tag: value.Number, Num: float64(n)} }

func boolean(b bool) value.Value {
	if b {
		return value.Value{Tag: value.True}
	}
	return value.Value{Tag: value.False}
}
