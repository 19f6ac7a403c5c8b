package runtime_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/atoma-dev/atoma/"

// layers says what each package of the engine may import of the module. "runtime" is the façade.
var layers = map[string][]string{
	"runtime/fault":    {},
	"runtime/value":    {"runtime/fault"},
	"runtime/radix":    {},
	"runtime/wire":     {"runtime/fault", "runtime/value"},
	"runtime/schema":   {"runtime/fault", "runtime/value"},
	"runtime/table":    {"runtime/fault", "runtime/value", "runtime/wire", "runtime/radix"},
	"runtime/sequence": {},
	"runtime/intmap":   {},
	"runtime/text":     {"runtime/value", "runtime/schema"},
	"runtime/index": {
		"runtime/fault", "runtime/value", "runtime/radix", "runtime/schema", "runtime/table", "runtime/sequence", "runtime/text",
	},
	"runtime/query": {
		"runtime/fault", "runtime/value", "runtime/wire", "runtime/radix", "runtime/schema", "runtime/table", "runtime/text",
		"runtime/index",
	},
	"runtime/view": {"runtime/value", "runtime/table", "runtime/sequence", "runtime/query"},
	"runtime/relation": {
		"runtime/value", "runtime/schema", "runtime/table", "runtime/intmap", "runtime/index", "runtime/query", "runtime/view",
	},
	"runtime/aggregate": {
		"runtime/fault", "runtime/value", "runtime/radix", "runtime/schema", "runtime/table", "runtime/sequence", "runtime/intmap",
		"runtime/query",
	},
	"runtime/write":     {"runtime/fault", "runtime/value", "runtime/wire", "runtime/table"},
	"runtime/execution": {"runtime/fault", "runtime/value", "runtime/wire", "runtime/table", "runtime/write"},
	"runtime": {
		"runtime/fault", "runtime/value", "runtime/wire", "runtime/schema", "runtime/table", "runtime/text", "runtime/index",
		"runtime/query", "runtime/view", "runtime/relation", "runtime/aggregate", "runtime/write", "runtime/execution",
	},
}

// Kept out of the engine: the browser, and packages whose weight in atoma.wasm is more than they are worth.
var forbidden = []string{"syscall/js", "encoding/json", "net", "net/http", "reflect", "fmt", "crypto/rand", "os", "sort", "log"}

// Imports point one way. A package that this test does not know is to be entered in layers, where it belongs.
func TestImportsPointOneWay(t *testing.T) {
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		pkg := path.Join("runtime", filepath.ToSlash(filepath.Dir(name)))
		allowed, known := layers[pkg]
		require.True(t, known, "%s is in no layer", pkg)
		for _, imported := range importsOf(t, name) {
			own, ofModule := strings.CutPrefix(imported, module)
			if ofModule {
				require.True(t, slices.Contains(allowed, own), "%s must not import %s", name, own)
			}
			require.False(t, slices.Contains(forbidden, imported), "%s must not import %s", name, imported)
		}
		return nil
	})
	require.NoError(t, err)
}

func importsOf(t *testing.T, name string) (paths []string) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, imported)
	}
	return paths
}

// A file that needs scrolling past 500 lines usually holds two things.
func TestFilesStaySmall(t *testing.T) {
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.LessOrEqual(t, strings.Count(string(text), "\n"), 500, name)
		return nil
	})
	require.NoError(t, err)
}
