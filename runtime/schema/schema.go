// Package schema reads and checks what a client says about its stores: indexes, relations, the write strategy.
//
// Parse is called once for each client, with the value that createClient was given. Functions stay on the side of
// JavaScript and come as true. A Schema aliases nothing of its input, never changes after Parse, and may be read by
// any number of goroutines.
package schema

import "github.com/atoma-dev/atoma/runtime/value"

// Schema is all that a client's schema says, by the name of the store. Stores need not be listed to be used.
type Schema struct {
	Stores map[string]*Store
}

// Store is what the schema says of one store.
type Store struct {
	Name      string
	Indexes   []Index              // in the order given
	Relations map[string]*Relation // by the name under which includes ask for them
	Strategy  string               // the writeStrategy of writes that name none; empty: direct
	CreateID  bool                 // the store makes its ids with a function of its own
}

// IndexType is the kind of an index.
type IndexType string

const (
	NumberIndex    IndexType = "number"
	DateIndex      IndexType = "date"
	StringIndex    IndexType = "string"
	SubstringIndex IndexType = "substring"
	TextIndex      IndexType = "text"
)

// Index is an index of a store. No two of a store have the same field and type.
type Index struct {
	Field   string // a path; dots walk into plain objects
	Type    IndexType
	Options IndexOptions
}

// IndexOptions has 0 or empty for what was not given, except where said otherwise.
type IndexOptions struct {
	MinTokenLength int       // 1 if not given
	FuzzyDistance  int       // 0, 1 or 2; Unset if not given
	NgramSize      int       // characters
	Tokenizer      Tokenizer // Unicode if not given
}

// Unset is the FuzzyDistance of an index that does not say.
const Unset = -1

// Tokenizer says how a text index cuts a field into tokens.
type Tokenizer string

const (
	UnicodeTokenizer    Tokenizer = "unicode"
	WhitespaceTokenizer Tokenizer = "whitespace"
)

// RelationType is the kind of a relation.
type RelationType string

const (
	BelongsTo RelationType = "belongsTo"
	HasMany   RelationType = "hasMany"
	HasOne    RelationType = "hasOne"
	Variants  RelationType = "variants"
)

// Relation leads from the rows of a store to rows of another, or of itself. Variants has Branches only, the others
// have all but Branches.
type Relation struct {
	Type       RelationType
	To         string // a store that the schema lists
	ForeignKey string // a field: of this store for BelongsTo, of the other for HasMany and HasOne
	PrimaryKey string // the field of the other side that it must equal; "id" if not given
	Branches   []Branch
}

// Branch is one case of Variants: rows that When matches, and no branch before it did, have Relation.
type Branch struct {
	When     value.Value // a filter, an Object that is not looked into here: the query package knows filters
	Relation *Relation
}
