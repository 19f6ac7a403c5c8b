package query

import (
	"github.com/atoma-dev/atoma/runtime/fault"
	"github.com/atoma-dev/atoma/runtime/value"
)

// defaultPage is how many rows a page with a cursor has if it does not say.
const defaultPage = 50

// page reads the page of a query whose other parts are read already.
func (p *parser) page(q *Query, query, v value.Value) *fault.Error {
	for _, key := range []string{"limit", "offset"} {
		if other, _ := query.Get(key); given(other) {
			return p.failAt(key, "cannot be together with a page, which has a "+key+" of its own")
		}
	}
	p.push("page")
	defer p.pop()
	if v.Tag != value.Object {
		return p.fail("must be an object { mode, … }, not " + describe(v))
	}
	q.page = &page{}
	mode, _ := v.Get("mode")
	switch {
	case mode.Tag == value.String && string(mode.Str) == "offset":
		return p.offsetPage(q, v)
	case mode.Tag == value.String && string(mode.Str) == "cursor":
		return p.cursorPage(q, v)
	}
	return p.failAt("mode", "must be 'offset' or 'cursor'")
}

func (p *parser) offsetPage(q *Query, v value.Value) *fault.Error {
	err := p.onlyKeys(v, "mode", "limit", "offset", "includeTotal")
	if err != nil {
		return err
	}
	if total, _ := v.Get("includeTotal"); given(total) {
		if total.Tag != value.True && total.Tag != value.False {
			return p.failAt("includeTotal", "must be true or false, not "+describe(total))
		}
		q.page.total = total.Tag == value.True
	}
	if offset, _ := v.Get("offset"); given(offset) {
		p.push("offset")
		if q.offset, err = p.offset(offset); err != nil {
			return err
		}
		p.pop()
	}
	return p.pageLimit(q, v)
}

func (p *parser) cursorPage(q *Query, v value.Value) *fault.Error {
	if err := p.onlyKeys(v, "mode", "limit", "after", "before"); err != nil {
		return err
	}
	q.limit = defaultPage
	after, _ := v.Get("after")
	before, _ := v.Get("before")
	if given(after) && given(before) {
		return p.failAt("before", "cannot be together with after")
	}
	for _, key := range []string{"after", "before"} {
		text, _ := v.Get(key)
		if !given(text) {
			continue
		}
		p.push(key)
		if text.Tag != value.String {
			return p.fail("must be a cursor, which is a string, not " + describe(text))
		}
		if q.page.cursor = readCursor(text.Str, q.sort); q.page.cursor == nil {
			return p.failAs(fault.InvalidCursor, "is not a cursor of this sort: take startCursor or endCursor of a page with the same sort")
		}
		q.page.before = key == "before"
		p.pop()
	}
	return p.pageLimit(q, v)
}

func (p *parser) pageLimit(q *Query, v value.Value) (err *fault.Error) {
	if limit, _ := v.Get("limit"); given(limit) {
		p.push("limit")
		if q.limit, err = p.whole(limit); err != nil {
			return err
		}
		p.pop()
	}
	return nil
}
