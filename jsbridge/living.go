package jsbridge

import (
	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/aggregate"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/view"
)

// Commands of live results. js/live/live-result.ts is their caller.

func (b *Bridge) openLive(store *openStore, in []byte, kind uint32) *fault.Error {
	b.garbage.did(queryWork, len(in))
	open := store.OpenRows
	switch kind {
	case ViewCount:
		open = store.OpenCount
	case ViewAggregates:
		open = store.OpenGroups
	}
	v, err := open(in)
	if err != nil {
		return err
	}
	v.Number = b.views.add(&openView{v, store.client})
	b.mailbox[WordNumber] = v.Number
	b.answerShape(v.Shape)
	return nil
}

func (b *Bridge) runView(op Op, number uint32) *fault.Error {
	v := b.views.at(number)
	if v == nil {
		return fault.New(fault.Disposed, "this live result has been closed, or its client disposed")
	}
	if op == OpViewClose {
		b.views.remove(number)
		v.Close()
		return nil
	}
	if err := v.Pull(&b.change); err != nil {
		return err
	}
	switch v.Kind() {
	case runtime.CountView:
		b.mailbox[WordCount] = uint32(b.change.Rows.Count)
	case runtime.GroupsView:
		b.answerGroups(&b.change.Groups)
	default:
		b.answerRows(&b.change)
	}
	return nil
}

// answerRows writes a change of a window: the header (Pull…), then positions removed, positions inserted, positions
// replaced, slots inserted, slots replaced; after a reset only slots. The tree is positions, then their trees.
func (b *Bridge) answerRows(c *runtime.Change) {
	d := &c.Rows
	b.garbage.did(1+len(d.Slots)+len(d.Inserted)+len(d.Replaced)+len(c.Trees.Stream), 0)
	if !d.Changed {
		b.slots = append(b.slots[:0], 0, 0, 0, 0, 0)
	} else {
		b.slots = appendWindow(b.slots[:0], d)
	}
	b.slots[PullTrees] = uint32(len(c.Trees.Positions))
	b.answerWords(b.slots, d.Len)
	if len(c.Trees.Positions) > 0 {
		b.tree = append(append(b.tree[:0], c.Trees.Positions...), c.Trees.Stream...)
		answerAt(b, WordTree, b.tree)
	}
	b.answerPage(d.Page)
}

func appendWindow(dst []uint32, d *view.Delta) []uint32 {
	if d.Reset {
		return append(append(dst, 1, 0, 0, 0, 0), d.Slots...)
	}
	dst = append(dst, 0, uint32(len(d.Removed)), uint32(len(d.Inserted)), uint32(len(d.Replaced)), 0)
	dst = append(append(append(dst, d.Removed...), d.Inserted...), d.Replaced...)
	return append(append(dst, d.InsertedSlots...), d.ReplacedSlots...)
}

// answerGroups writes a change of a list of groups: positions as in answerRows, and the groups themselves, inserted and
// then replaced, or all of them, as an array.
func (b *Bridge) answerGroups(d *aggregate.Delta) {
	b.slots = append(b.slots[:0], 0, 0, 0, 0, 0)
	b.outbox = b.outbox[:0]
	switch {
	case !d.Changed:
		b.outbox = aggregate.AppendGroups(b.outbox, nil)
	case d.Reset:
		b.slots[PullReset] = 1
		b.outbox = aggregate.AppendGroups(b.outbox, d.Groups)
	default:
		b.slots[PullRemoved] = uint32(len(d.Removed))
		b.slots[PullInserted] = uint32(len(d.Inserted))
		b.slots[PullReplaced] = uint32(len(d.Replaced))
		b.slots = append(append(append(b.slots, d.Removed...), d.Inserted...), d.Replaced...)
		b.outbox = aggregate.AppendGroups(b.outbox, append(append([]aggregate.Group(nil), d.InsertedGroups...), d.ReplacedGroups...))
	}
	b.answerWords(b.slots, d.Len)
	answerAt(b, WordTree, b.outbox)
	b.garbage.did(1+len(b.slots), len(b.outbox))
}

func (b *Bridge) sync(client *runtime.Client) {
	b.slots = b.slots[:0]
	client.Sync(func(v *runtime.View) { b.slots = append(b.slots, v.Number) })
	b.garbage.did(len(b.slots), 0)
	b.answerSlots(b.slots)
}
