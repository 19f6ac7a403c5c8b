# What a person types: make demo, make test, make bench. Every target does its
# own set-up; nothing has to be installed before but Go, Node and make.

NPM_DIR := dist/npm
GO_FILES := $(shell find runtime jsbridge backends wasm -name '*.go' -not -name '*_test.go' 2>/dev/null)
TS_FILES := $(shell find jsbridge/js hooks-js/src backends -name '*.ts' -not -name '*.test.ts')
WASM := $(NPM_DIR)/atoma.wasm
PACKAGE := $(NPM_DIR)/index.js
GLUE := $(shell go env GOROOT)/lib/wasm/wasm_exec.js

# Weight (docs/benchmarks.md): inlining makes the packages that are not hot larger
# and no faster, and so does the Green Tea collector: there are no pointers to mark.
COLD := runtime runtime/debug sync internal/sync internal/godebug internal/bisect reflect fmt syscall syscall/js internal/abi internal/fmtsort internal/runtime/maps \
	github.com/atoma-dev/atoma/runtime \
	github.com/atoma-dev/atoma/runtime/schema \
	github.com/atoma-dev/atoma/runtime/execution \
	github.com/atoma-dev/atoma/backends/memory
WASM_BUILD := GOEXPERIMENT=nogreenteagc GOOS=js GOARCH=wasm go build -trimpath -ldflags='-s -w' \
	$(foreach package,$(COLD),-gcflags=$(package)=-l)

.PHONY: build demo test test-go test-bridge test-js test-e2e bench fmt clean browser

build: $(PACKAGE) $(WASM).br

demo: web/node_modules build
	npm --prefix web run --silent build
	node web/serve.mjs dist/demo

test: test-go test-bridge test-js test-e2e

test-go:
	go vet ./...
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run make fmt'; exit 1; }
	go test -race ./...
	go test -run 'Memory|AllocatesNothing' ./runtime/table ./runtime/view # which the race detector would falsify
	go test -run '^$$' -bench . -benchtime 1x ./... >/dev/null # so that no benchmark rots

# the bridge as it is shipped: js/wasm, run by Node
test-bridge:
	GOOS=js GOARCH=wasm go vet ./...
	GOOS=js GOARCH=wasm go test -exec "$(shell go env GOROOT)/lib/wasm/go_js_wasm_exec" ./jsbridge/... ./runtime/wire/...

test-js: build
	npm --prefix hooks-js run --silent check
	npm --prefix hooks-js run --silent test

test-e2e: web/node_modules build browser
	npm --prefix web run --silent build
	npm --prefix web run --silent test
	BENCH_QUICK=1 npm --prefix web run --silent bench >/dev/null

bench: web/node_modules build browser
	npm --prefix web run --silent bench

fmt:
	gofmt -w $$(git ls-files '*.go')
	go mod tidy

clean:
	rm -rf dist hooks-js/node_modules web/node_modules

# Chromium: found, or installed where that is possible without asking
browser:
	@sh web/e2e/find-browser.sh

$(WASM): $(GO_FILES) go.mod go.sum Makefile wasm/segments.mjs | hooks-js/node_modules
	@mkdir -p $(NPM_DIR)
	$(WASM_BUILD) -o $@ ./wasm
	node wasm/segments.mjs $@

$(WASM).br: $(WASM) wasm/compress.mjs
	node wasm/compress.mjs $(WASM)

$(NPM_DIR)/wasm-exec.js: wasm/glue.mjs $(GLUE)
	@mkdir -p $(NPM_DIR)
	node wasm/glue.mjs $(GLUE) $@

$(PACKAGE): $(WASM) $(NPM_DIR)/wasm-exec.js $(TS_FILES) hooks-js/build.mjs hooks-js/package.json README.md LICENSE | hooks-js/node_modules
	npm --prefix hooks-js run --silent build

hooks-js/node_modules: hooks-js/package.json hooks-js/package-lock.json
	npm --prefix hooks-js ci --no-fund --no-audit
	@touch $@

web/node_modules: web/package.json web/package-lock.json | $(PACKAGE)
	npm --prefix web ci --no-fund --no-audit
	@touch $@
