#!/usr/bin/env bash
# Installs the optional peers of the benchmarks. `make bench` measures those that it finds and names those it does not.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v oha >/dev/null || cargo install --locked oha
[ -d bench/goose ] && cargo build --release --manifest-path bench/goose/Cargo.toml
exit 0
