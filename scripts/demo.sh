#!/usr/bin/env bash
# Runs examples/shop.py for 15 seconds against the demo shop and leaves every report in results/demo/.
set -euo pipefail
cd "$(dirname "$0")/.."

katydid=${1:-.venv/bin/katydid}
seconds=${DEMO_SECONDS:-15}
reports=results/demo
free_port='import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
port=${DEMO_PORT:-$(.venv/bin/python -c "$free_port")}
host=http://127.0.0.1:$port

mkdir -p "$reports"
"$katydid" demo-server --port "$port" >"$reports/demo-server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for _ in $(seq 100); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  kill -0 "$server" 2>/dev/null || { echo "demo: the demo server did not start:" >&2; cat "$reports/demo-server.log" >&2; exit 1; }
  sleep 0.1
done

echo "demo: the shop listens on $host; ${seconds} s of examples/shop.py begin"
code=0
"$katydid" -f examples/shop.py --headless --host "$host" -u 20 -r 10 -t "${seconds}s" --only-summary \
  --csv "$reports/shop" --json-file "$reports/shop" --html "$reports/shop.html" || code=$?

echo
echo "demo: exit code $code; the reports:"
ls -1 "$reports"/shop*
exit "$code"
