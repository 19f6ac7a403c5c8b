package jsbridge

import (
	"bytes"
	"math"

	"github.com/atoma-dev/atoma/runtime/execution"
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// runRequest takes an answer of JavaScript: some of its rows, or the rest of it. A request that is not open, because it was
// answered or its executor is gone, is passed over.
//
// Rows may come in as many batches as are wanted, all before OpAnswer. They name fields by the store's numbers, and have
// a version, Absent where the backend gave none.
func (b *Bridge) runRequest(op Op, number uint32, in []byte, flags uint32) *fault.Error {
	request := b.requests[number]
	if request == nil {
		return nil
	}
	if op == OpAnswerRows {
		request.rows = append(request.rows, bytes.Clone(in))
		b.garbage.did(1, 2*len(in))
		return nil
	}
	answer := &execution.Answer{All: flags&AnswerAll != 0, Rows: request.rows}
	if !answer.All {
		results, err := resultsIn(in)
		if err != nil {
			return err
		}
		answer.Results = results
		b.garbage.did(len(results), len(in))
	}
	delete(b.requests, number)
	b.answering = request.client // it pumps by itself
	defer func() { b.answering = nil }()
	request.done(answer)
	return nil
}

// resultsIn reads u32 count, 0, u8 answers[count] padded to 8, f64 versions[count].
func resultsIn(in []byte) ([]execution.Result, *fault.Error) {
	malformed := fault.New(fault.Internal, "the answer to a request could not be read")
	if len(in) < 8 {
		return nil, malformed
	}
	count := int(value.Load32(in))
	at := 8 + (count+7)&^7
	if count > len(in) || len(in) != at+8*count {
		return nil, malformed
	}
	results := make([]execution.Result, count)
	rows := 0
	for i := range results {
		results[i] = execution.Versioned(math.Float64frombits(value.Load64(in[at+8*i:])))
		switch in[8+i] {
		case AnswerOK:
		case AnswerRow:
			results[i] = execution.Stored(rows)
			rows++
		case AnswerCurrent:
			results[i] = execution.Overruled(execution.Untold, rows)
			rows++
		case AnswerGone:
			results[i] = execution.Gone(execution.Untold)
		default:
			results[i] = execution.Refused(execution.Untold)
		}
	}
	return results, nil
}
