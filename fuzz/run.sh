#!/usr/bin/env bash
# Feeds each fuzz target for some minutes, one after the other: run.sh MINUTES [TARGET...]
#
# Works with a stable compiler: libFuzzer needs coverage, which is a pass of LLVM, and no sanitizer. What makes a target
# fail is left in target/fuzz/found/TARGET; the target, given such a file, fails again.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=${1:-10}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(codec fleet)

host=$(rustc -vV | sed -n 's/^host: //p')
built=target/fuzz/$host/release
# With a target named, build scripts and macros are compiled without these.
RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares" \
    cargo build --quiet --release --manifest-path fuzz/Cargo.toml --target-dir target/fuzz --target "$host" --bins

# Real messages to begin with.
mkdir -p target/fuzz/corpus/codec target/fuzz/corpus/fleet
cat crates/cluster/tests/fixtures/*_messages.txt | while IFS=: read -r name digits; do
    python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$digits" \
        >"target/fuzz/corpus/codec/seed_${name// /_}_$(echo "$digits" | cksum | cut -d' ' -f1)"
done

failed=0
for target in "${targets[@]}"; do
    mkdir -p "target/fuzz/found/$target"
    echo "fuzzing $target for $minutes minutes"
    "$built/$target" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
        -print_final_stats=1 -artifact_prefix="target/fuzz/found/$target/" "target/fuzz/corpus/$target" || failed=1
done
exit $failed
