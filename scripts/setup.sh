#!/usr/bin/env bash
# Installs what a machine needs to build and test: two virtual environments, and system packages where they
# are missing and we may install them. Does nothing when everything is there. Rust comes from rustup.
set -euo pipefail
cd "$(dirname "$0")/.."

need_bench=""
[ "${1:-}" = "--bench" ] && need_bench=yes

fail() { echo "setup: $*" >&2; exit 1; }

apt_install() { # apt_install <what for> <package>...
  local purpose=$1; shift
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "$purpose is missing; install: $*"
  echo "setup: installing $* ($purpose)"
  apt-get install -y -qq "$@" >/dev/null || { apt-get update -qq && apt-get install -y -qq "$@" >/dev/null; }
}

newest_python() { # newest_python <minimum minor>: the first interpreter that is new enough
  local candidate
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.10 ~/.pyenv/versions/3.1[0-3].*/bin/python3; do
    "$candidate" -c "import sys; sys.exit(not (3, $1) <= sys.version_info[:2] < (3, 14))" 2>/dev/null || continue
    "$candidate" -c 'import sys; print(sys.executable)'
    return
  done
  fail "no Python between 3.$1 and 3.13 found; set PYTHON=/path/to/python"
}

environment() { # environment <folder> <requirements> <minimum minor>: created and filled once per set of pins
  local folder=$1 requirements=$2 python stamp
  stamp="$folder/.pins-$(cksum <"$requirements" | cut -d' ' -f1)"
  [ -e "$stamp" ] && return
  python=$(newest_python "$3")
  "$python" -c 'import ensurepip, venv' 2>/dev/null || apt_install "the venv module" python3-venv
  echo "setup: $folder ($("$python" --version))"
  "$python" -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
  rm -f "$folder"/.pins-*
  touch "$stamp"
}

command -v cargo >/dev/null || fail "cargo is missing; install Rust from https://rustup.rs"
command -v npm >/dev/null || apt_install "what builds the page" nodejs npm
command -v cc >/dev/null || apt_install "a C compiler" build-essential
environment .venv tests/requirements.txt 10
environment .venv-locust tests/requirements-locust.txt 11
# The servers of tests/services. Debian keeps some where they are no command for everybody.
find_server() { command -v "$1" >/dev/null || ls /usr/sbin/"$1" /usr/lib/postgresql/*/bin/"$1" >/dev/null 2>&1; }
find_server postgres || apt_install "a server of the tests" postgresql
find_server mosquitto || apt_install "a server of the tests" mosquitto
find_server redis-server || apt_install "a server of the tests" redis-server
command -v ip >/dev/null || [ -x /usr/sbin/ip ] || apt_install "what gives tests hosts of their own" iproute2
command -v chromium >/dev/null || apt_install "the browser of the tests" chromium
command -v tmux >/dev/null || apt_install "a terminal of the tests" tmux
command -v zsh >/dev/null || apt_install "a shell of the tests" zsh
command -v fish >/dev/null || apt_install "a shell of the tests" fish
if [ -n "$need_bench" ]; then
  command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || apt_install "the server of the benchmarks" nginx-light
  command -v wrk >/dev/null || apt_install "a peer of the benchmarks" wrk
fi
