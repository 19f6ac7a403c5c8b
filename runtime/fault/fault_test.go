package fault_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/atoma-dev/atoma/runtime/fault"
)

// codes are those of the public contract, in its order.
const codes = `invalid_input invalid_schema invalid_query invalid_cursor not_found already_exists conflict
	executor_conflict unknown_write_strategy plugin_failed timeout aborted disposed quota_exceeded storage_blocked
	storage_corrupt storage_unavailable network unauthorized internal`

func TestCodesAreThoseOfTheContractAndDocumented(t *testing.T) {
	source, err := os.ReadFile("fault.go")
	require.NoError(t, err)
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", source, parser.ParseComments)
	require.NoError(t, err)

	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		found = append(found, text)
		assert.Contains(t, spec.Doc.Text(), spec.Names[0].Name+" is returned when", text)
		return true
	})
	assert.Equal(t, strings.Fields(codes), found)
}

func TestErrorNamesItsCodeAndKeepsItsPath(t *testing.T) {
	err := fault.New(fault.InvalidQuery, "unknown operator", "filter", "args", 1)
	assert.EqualError(t, err, "invalid_query: unknown operator")
	assert.Equal(t, []any{"filter", "args", 1}, err.Path)
	assert.Empty(t, fault.New(fault.Internal, "").Path)
}

func TestFormatPathReadsAsTyped(t *testing.T) {
	assert.Equal(t, "query.filter.args[1].field", fault.FormatPath("query", "filter", "args", 1, "field"))
	assert.Equal(t, "a[0][12]", fault.FormatPath("", "a", 0, 12))
	assert.Equal(t, "schema", fault.FormatPath("schema"))
}
