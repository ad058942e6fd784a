# Confab: `make run` and `make test` are all one needs; each sets up what it lacks. `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

export CARGO_TERM_COLOR ?= auto
TOOLS := target/tools
SITE := target/site/assets.json
WASM := target/wasm/confab.wasm
BUNDLE := target/release/bundle
WASM_OPT := $(TOOLS)/node_modules/binaryen/bin/wasm-opt
CONFAB := target/release/confab
STANDARD_LIBRARY = $(shell rustc --print sysroot)/lib/rustlib/src/rust/library
WORDLESS := -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none
TEST_TOOLS := chromium firefox-esr ip nft conntrack turnserver openssl certutil
FMT := cargo fmt --all -- --config max_width=120,use_small_heuristics=Max
CLIPPY := cargo clippy --quiet --no-default-features
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: help run build watch test test-core test-server test-end2end test-long lint fmt size screens fuzz \
	bench-join bench-load bench-nat bench-presence bench-relay bench-resume bench-server soak setup setup-turn setup-coturn setup-tests FORCE

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /  \1\t/p' Makefile | expand -t 16

run: build ## serve at http://localhost:3000
	$(CONFAB)

build: $(CONFAB) ## one executable that needs nothing else: target/release/confab

watch: ## serve, and build again whenever a source changes
	@trap '[ -z "$${pid:-}" ] || kill $$pid' EXIT; mkdir -p target; while true; do \
		touch target/watched; pid=; \
		$(MAKE) --no-print-directory build && { $(CONFAB) & pid=$$!; } || true; \
		until [ -n "$$(find src style public Cargo.toml -newer target/watched -print -quit)" ]; do sleep 1; done; \
		[ -z "$$pid" ] || { kill $$pid; wait $$pid || true; }; \
	done

test: lint test-core test-server test-end2end ## everything that has to hold before a commit

test-core: ## the pure modules: unit tests, properties, simulated calls
	cargo test --quiet --no-default-features

test-server: $(CONFAB) setup-turn ## a real WebSocket client against the server
	cargo test --quiet --release --features ssr --lib --tests

test-end2end: $(CONFAB) setup-tests ## real browsers
	cd end2end && npm test

test-long: test ## also what takes hours: many seeds, many browsers
	CONFAB_SEEDS=20000 cargo test --quiet --release --no-default-features
	CONFAB_SEEDS=10000 cargo test --quiet --release --features ssr --lib storm
	cd end2end && npm run test-long --if-present

lint: setup $(TOOLS)/bin/cargo-deny ## format, lints of every feature set, documentation, licences
	$(FMT) --check
	$(CLIPPY) --all-targets -- -D warnings
	$(CLIPPY) --all-targets --features ssr -- -D warnings
	$(CLIPPY) --features bundle --bin bundle -- -D warnings
	$(CLIPPY) --lib --target wasm32-unknown-unknown --features hydrate -- -D warnings
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --quiet --no-deps --features ssr --document-private-items --lib
	cargo fetch --quiet --locked
	$(TOOLS)/bin/cargo-deny --offline --log-level error check bans licenses sources

fmt: ## format the sources
	$(FMT)

size: $(CONFAB) ## what a room page loads, compressed
	@$(BUNDLE) size target/site $(CONFAB)

screens: $(CONFAB) setup-tests ## pictures of every state to look at, in target/screens: three sizes, light and dark, in each language
	cd end2end && npm run --silent screenshots

FUZZ_SECONDS ?= 300
fuzz: $(TOOLS)/bin/cargo-fuzz ## five minutes of bad input for each parser, for a session of requests, for a page
	@for target in $$(cd fuzz/fuzz_targets && ls | sed s/.rs$$//); do PATH=$(CURDIR)/$(TOOLS)/bin:$$PATH cargo fuzz run --sanitizer none $$target -- \
		-max_total_time=$(FUZZ_SECONDS) -max_len=1500 -print_final_stats=1; done

bench-join: $(CONFAB) setup-tests ## from pressing Join to the first remote frame
	cd end2end && npm run --silent bench-join

bench-nat: $(CONFAB) setup-tests ## the same between two homes behind routers, direct and relayed (as root)
	cd end2end && npm run --silent bench-nat

bench-relay: $(CONFAB) setup-coturn ## CPU, loss and memory of relaying, beside coturn and a bare loop
	@cargo bench --quiet --profile release --features ssr --bench relay

LOAD := cargo bench --quiet --profile release --features ssr --bench load --

bench-load: $(CONFAB) ## what a crowd costs everybody else: 10,000 idle sockets, 1,000 joins/s, slow and silent ones
	@$(LOAD) load

bench-resume: $(CONFAB) ## 400 sockets cut 1,000 times: how fast they are back, and whether a signal is lost
	@$(LOAD) resume

bench-presence: $(CONFAB) ## whether an empty room can be told from another by the time of an answer
	@$(LOAD) presence

SECONDS_OF_SOAK := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),600)
soak: $(CONFAB) ## ten minutes of coming and going, then all is given back (make soak SECONDS=60: one minute)
	@$(LOAD) soak $(SECONDS_OF_SOAK)

bench-server: $(CONFAB) ## memory of a socket, CPU of a page
	cargo bench --quiet --profile release --features ssr --bench server

setup: ## what building needs beyond Rust, a C compiler and Node
	@rustup target list --installed 2>/dev/null | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
	@test -d $(STANDARD_LIBRARY) || rustup component add rust-src

setup-turn: setup-coturn $(TOOLS)/aiortc/installed ## clients of STUN and TURN that others wrote

setup-coturn:
	@command -v turnutils_uclient >/dev/null || \
		($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends coturn >/dev/null)

setup-tests: end2end/node_modules/.package-lock.json ## browsers and packages for the tests
	@PATH=$$PATH:/usr/sbin command -v $(TEST_TOOLS) | wc -l | grep -qx $(words $(TEST_TOOLS)) && ls /usr/share/fonts/*/noto/*CJK* >/dev/null || \
		($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends \
		chromium firefox-esr fonts-noto-cjk iproute2 nftables conntrack coturn openssl libnss3-tools >/dev/null)

# Cargo decides what is stale, so it is always asked; a file that has not changed is left alone, and so does make.
# With a standard library that is compiled for the purpose: see docs/decisions/0011-a-standard-library-without-words.md. Relocations
# stay in the file, because it is going to be split: docs/decisions/0014-what-is-seldom-opened-comes-later.md.
$(WASM): FORCE | setup
	@RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="$(WORDLESS)" nice \
		cargo rustc -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size --quiet --lib --crate-type cdylib --target wasm32-unknown-unknown --profile wasm-release \
		--no-default-features --features hydrate -- -Clink-arg=--emit-relocs
	@mkdir -p $(@D) && { cmp --quiet target/wasm32-unknown-unknown/wasm-release/confab.wasm $@ || \
		cp target/wasm32-unknown-unknown/wasm-release/confab.wasm $@; }

$(BUNDLE): FORCE
	@nice cargo build --quiet --release --no-default-features --features bundle --bin bundle

$(SITE): $(WASM) $(BUNDLE) $(WASM_OPT) $(shell find style public -type f)
	@$(BUNDLE) make $(WASM) style/main.css public target/site $(WASM_OPT)

# The variable has cargo embed the site anew when it was missing the last time (src/server/assets.rs).
export CONFAB_SITE := made

$(CONFAB): $(SITE) FORCE
	@nice cargo build --quiet --release --features ssr --bin confab

$(WASM_OPT):
	@npm install --prefix $(TOOLS) --silent --no-audit --no-fund binaryen@132.0.0

end2end/node_modules/.package-lock.json: end2end/package-lock.json
	cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund

# Unoptimised it is built in a minute and takes two seconds.
$(TOOLS)/bin/cargo-deny:
	@nice cargo install cargo-deny --version 0.20.2 --locked --quiet --root $(TOOLS) --no-default-features \
		--profile dev --config profile.dev.debug=false

$(TOOLS)/aiortc/installed: tests/server/aiortc/requirements.txt
	@mkdir -p $(TOOLS)
	@python3 -m venv $(TOOLS)/aiortc 2>/dev/null || \
		($(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends python3-venv >/dev/null && \
		python3 -m venv $(TOOLS)/aiortc)
	@$(TOOLS)/aiortc/bin/pip install --quiet --disable-pip-version-check --only-binary :all: -r $<
	@touch $@

$(TOOLS)/bin/cargo-fuzz:
	@nice cargo install cargo-fuzz --version 0.13.2 --locked --quiet --root $(TOOLS) --profile dev --config profile.dev.debug=false

FORCE:
