# Two commands do everything on a fresh Debian or Ubuntu machine that has Rust:
#   make demo   installs what is missing, builds, and shows the verdicts on bundled captures
#   make test   installs what is missing and runs all tests
# For the rest see `make help`.

# The oldest Rust that builds this; the same figure is in Cargo.toml and clippy.toml.
MSRV := 1.88
PROGRAM := target/release/rstwho
DEMO := $(addprefix fixtures/,node_stale_keepalive/capture.pcap node_destroy/capture.pcap \
	node_reset_in_length/capture.pcap go_early_413/capture.pcap injected_both_ways/client.pcap \
	idle_reset/capture.pcap refused/capture.pcap)

# Packets of each generated capture, rounds of the fast programs, and seconds after which a slow one is stopped.
PACKETS := 2000000
ROUNDS := 5
LIMIT := 180

.PHONY: demo test build dist bench bench-instructions bench-captures deps test-deps bench-deps rust golden fixtures help
.DEFAULT_GOAL := help

demo: build ## build, and show the verdicts on bundled captures
	@echo; echo '$$ rstwho replay fixtures/…'
	@$(PROGRAM) replay $(DEMO)

test: rust deps test-deps ## run all tests
	cargo test --locked

build: rust deps ## build the program
	cargo build --release --locked

# The folders of this machine are left out of what the compilers write, so that the same sources, lock file, compilers and libraries
# give the same bytes wherever they lie.
CARGO_DIR = $(or $(CARGO_HOME),$(HOME)/.cargo)
dist: rust deps ## build the program for others: the same bytes wherever it is built; tells their SHA-256
	RUSTFLAGS="--remap-path-prefix=$(CURDIR)=/rstwho --remap-path-prefix=$(CARGO_DIR)=/cargo" \
	CFLAGS="-ffile-prefix-map=$(CURDIR)=/rstwho -ffile-prefix-map=$(CARGO_DIR)=/cargo" \
		cargo build --release --locked --target-dir target/dist
	@sha256sum target/dist/release/rstwho

bench: build bench-deps bench-captures ## time us and tcpdump, tshark, tcptrace (PACKETS=2000000 ROUNDS=5 LIMIT=180)
	@benches/compare.py $(PROGRAM) target/bench --rounds $(ROUNDS) --limit $(LIMIT)

bench-instructions: build bench-deps bench-captures ## count instructions per packet with valgrind
	@benches/compare.py $(PROGRAM) target/bench --instructions

# Made anew where the number of packets is another. Full-size segments take a kilobyte each: half as many will do.
bench-captures: rust deps
	@mkdir -p target/bench; for profile in web scan bulk; do \
		capture=target/bench/$$profile.pcap; packets=$(PACKETS); [ $$profile != bulk ] || packets=$$((packets / 2)); \
		[ "$$(cat $$capture.packets 2>/dev/null)" = $$packets ] && [ -z "$$(find benches/traffic -newer $$capture.packets)" ] && continue; \
		cargo bench -q --locked --bench traffic -- $$profile $$packets $$capture && echo $$packets > $$capture.packets || exit; \
	done

golden: ## write the expected records, pages and screens, the README's tables and its pictures, anew
	RSTWHO_BLESS=1 cargo test --locked --lib view
	RSTWHO_BLESS=1 cargo test --locked --test fixtures --test readme --test explain --test pictures

fixtures: ## make the captures anew with real programs (root, network namespaces)
	fixtures/make.sh

# Only what is missing is installed; without a package manager the error says what to install by hand.
deps:
	@if ! [ -e /usr/include/pcap.h ] && ! pkg-config --exists libpcap 2>/dev/null || ! command -v cc >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		command -v apt-get >/dev/null || { echo 'install libpcap (with headers) and a C compiler, then try again' >&2; exit 2; }; \
		$$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -qy --no-install-recommends libpcap-dev gcc libc6-dev; \
	fi

# What tests of terminals, interfaces and namespaces need beside it; without it they are reported as skipped.
test-deps:
	@missing=; for tool in tmux:tmux ip:iproute2 python3:python3 setcap:libcap2-bin; do \
		command -v $${tool%%:*} >/dev/null || missing="$$missing $${tool##*:}"; done; \
	if [ -n "$$missing" ] && command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -qy --no-install-recommends $$missing; \
	fi

# The programs that we are compared with, and valgrind; what cannot be installed is left out and named.
bench-deps:
	@missing=; for tool in python3:python3-minimal taskset:util-linux tcpdump:tcpdump tshark:tshark tcptrace:tcptrace valgrind:valgrind; do \
		command -v $${tool%%:*} >/dev/null || missing="$$missing $${tool##*:}"; done; \
	if [ -n "$$missing" ] && command -v apt-get >/dev/null; then \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; $$sudo apt-get update -q; \
		for package in $$missing; do \
			DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -qy --no-install-recommends $$package || echo "without $$package"; done; \
	fi; true

rust:
	@command -v cargo >/dev/null || { echo 'Rust is missing: install it with rustup (rustup.rs), version $(MSRV) or newer' >&2; exit 2; }
	@have=$$(rustc --version | cut -d' ' -f2); \
	[ "$$(printf '%s\n' $(MSRV) "$$have" | sort -V | head -n1)" = $(MSRV) ] || \
		{ echo "Rust $$have is too old: $(MSRV) or newer is needed (rustup update stable)" >&2; exit 2; }

help:
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 20
