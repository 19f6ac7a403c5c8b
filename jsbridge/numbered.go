package jsbridge

// numbered gives small numbers to things that JavaScript names in its calls.
// A number is used again only after what it stood for has been removed.
type numbered[T any] struct {
	items []*T
	free  []uint32
}

func (n *numbered[T]) add(item *T) uint32 {
	if last := len(n.free) - 1; last >= 0 {
		number := n.free[last]
		n.free = n.free[:last]
		n.items[number] = item
		return number
	}
	n.items = append(n.items, item)
	return uint32(len(n.items) - 1)
}

// at gives nil for a number that stands for nothing.
func (n *numbered[T]) at(number uint32) *T {
	if int(number) >= len(n.items) {
		return nil
	}
	return n.items[number]
}

func (n *numbered[T]) remove(number uint32) {
	if n.at(number) != nil {
		n.items[number] = nil
		n.free = append(n.free, number)
	}
}
