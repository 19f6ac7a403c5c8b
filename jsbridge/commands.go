package jsbridge

import (
	"unsafe"

	"github.com/atoma-dev/atoma/runtime"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

func (b *Bridge) run(op Op, target uint32, in []byte, flags uint32) *fault.Error {
	switch op {
	case OpHello:
		if flags != ProtocolVersion {
			return fault.New(fault.Internal, "atoma.wasm and the JavaScript beside it are of different builds: ship both files of one version of the package")
		}
		return nil
	case OpOpenClient:
		return b.openClient(in)
	case OpFault:
		return b.fail(flags)
	case OpExit:
		close(b.done)
		pending.Add(1) // main itself must be resumed to see it
		return nil
	case OpHighlight:
		return b.highlight(in)
	case OpViewPull, OpViewClose:
		return b.runView(op, target)
	case OpBackendOpen, OpBackendWrite, OpBackendQuery, OpBackendTake, OpBackendCancel, OpBackendClose:
		return b.runBackend(op, target, in)
	case OpAnswerRows, OpAnswer:
		return b.runRequest(op, target, in, flags)
	case OpCloseClient, OpSuggest, OpOpenStore, OpSync,
		OpTrack, OpPump, OpCancel, OpRegister, OpUnregister, OpStrategy, OpForget:
		client := b.clients.at(target)
		if client == nil {
			return fault.New(fault.Disposed, "this client has been disposed")
		}
		if op >= OpTrack {
			return b.runExecution(op, client, in, flags)
		}
		return b.runClient(op, target, client, in)
	}
	store := b.stores.at(target)
	if store == nil {
		return fault.New(fault.Disposed, "the client of this store has been disposed")
	}
	err := b.runStore(op, store, in, flags)
	if err != nil && err.Store == "" {
		named := *err // an error may be a shared value
		named.Store = store.Name()
		return &named
	}
	return err
}

func (b *Bridge) runClient(op Op, number uint32, client *openClient, in []byte) *fault.Error {
	switch op {
	case OpCloseClient:
		b.closeClient(number, client)
	case OpSuggest:
		b.outbox = append(b.outbox[:0], client.Suggest(string(in))...)
		b.answer(b.outbox)
	case OpOpenStore:
		store := client.OpenStore(string(in))
		store.Number = b.stores.add(&openStore{store, number})
		b.mailbox[WordNumber] = store.Number
	case OpSync:
		b.sync(client.Client)
	}
	return nil
}

func (b *Bridge) runStore(op Op, open *openStore, in []byte, flags uint32) *fault.Error {
	store := open.Store
	switch op {
	case OpField:
		b.mailbox[WordNumber] = store.DefineField(string(in))
		return nil
	case OpAdd, OpUpdate, OpUpsert, OpDelete, OpWriteback:
		if err := b.write(op, store, in, flags); err != nil {
			return err
		}
		b.answerResults()
		if op != OpWriteback {
			b.mailbox[WordWrite] = b.clients.at(open.client).First()
		}
		b.garbage.did(len(b.results.Status), len(in))
		return nil
	case OpLocate:
		slots, err := store.Locate(in, b.slots[:0])
		b.slots = slots
		b.answerSlots(slots)
		return err
	case OpRead:
		if err := store.Read(slotsIn(in), flags&ReadIDs != 0, &b.batch); err != nil {
			return err
		}
		b.answer(b.batch.Bytes())
		return nil
	case OpQuery, OpCount, OpExplain, OpAggregate, OpStats:
		return b.ask(op, store, in)
	case OpViewOpen:
		return b.openLive(open, in, flags)
	case OpWriteRows:
		if err := store.Rows(slotsIn(in), &b.batch); err != nil {
			return err
		}
		b.garbage.did(len(in)/4, 0)
		b.answer(b.batch.Bytes())
		return nil
	case OpAbsent:
		slots, err := store.Absent(in, flags&AbsentLoose != 0, b.slots[:0])
		b.slots = slots
		b.answerSlots(slots)
		return err
	}
	return fault.New(fault.Internal, "unknown command")
}

func (b *Bridge) write(op Op, store *runtime.Store, in []byte, flags uint32) *fault.Error {
	switch op {
	case OpAdd:
		store.Reserve(int(flags))
		return store.Add(in, &b.results)
	case OpUpdate:
		return store.Update(in, &b.results)
	case OpUpsert:
		return store.Upsert(in, flags&UpsertLWW != 0, flags&UpsertReplace != 0, &b.results)
	case OpDelete:
		return store.Delete(in, &b.results)
	default:
		return store.Writeback(in, flags&WritebackKnown != 0, &b.results)
	}
}

func (b *Bridge) openClient(in []byte) *fault.Error {
	options, err := value.Decode(value.Object, in)
	if err != nil {
		return fault.New(fault.InvalidInput, "the client's options could not be read: "+err.Error())
	}
	id, _ := options.Get("id")
	schema, _ := options.Get("schema")
	client, fail := b.runtime.OpenClient(string(id.Str), detach(schema))
	if fail != nil {
		return fail
	}
	processed, _ := options.Get("processed")
	b.mailbox[WordNumber] = b.connect(client, processed)
	return nil
}

func (b *Bridge) closeClient(number uint32, client *openClient) {
	for i, store := range b.stores.items {
		if store != nil && store.client == number {
			b.stores.remove(uint32(i))
		}
	}
	for i, view := range b.views.items {
		if view != nil && view.client == number {
			b.views.remove(uint32(i))
		}
	}
	b.clients.remove(number)
	client.Close()
	for request, r := range b.requests {
		if r.client == client {
			delete(b.requests, request)
		}
	}
	if len(b.outbox) > maxIdleBytes {
		b.outbox = nil
	}
	b.slots, b.found, b.change = nil, runtime.Answer{}, runtime.Change{}
	// wasm memory never shrinks, so the next client should find this one's free
	Go(b.garbage.collect)
}

// detach copies a value off the inbox, which the next command overwrites.
func detach(v value.Value) value.Value {
	payload := value.AppendPayload(nil, v)
	copied, err := value.Decode(v.Tag, payload)
	if err != nil {
		return v
	}
	return copied
}

// slotsIn reads the inbox as slots; it is 8-aligned, as memory of its size is.
func slotsIn(in []byte) []uint32 {
	if len(in) < 4 {
		return nil
	}
	return unsafe.Slice((*uint32)(unsafe.Pointer(&in[0])), len(in)/4)
}
