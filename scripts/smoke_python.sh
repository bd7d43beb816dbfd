#!/usr/bin/env bash
# Builds the wheel for each of the named Python versions that this machine has and smoke-tests it in an
# environment of its own. A version that is absent is named and skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

wheels=dist/smoke
passed=() absent=()

interpreter() { # interpreter <version>: the path of a usable one, or nothing
  local candidate
  for candidate in ~/.pyenv/versions/"$1".*/bin/python3 "/usr/bin/python$1" "$(command -v "python$1" || true)"; do
    [ -x "$candidate" ] || continue
    "$candidate" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null || continue
    "$candidate" -c 'import sys; print(sys.executable)'
    return
  done
}

wheel_for() { # wheel_for <python> <version>: one that installs there, built when there is none
  local found tag="cp${2/./}"
  found=$(ls -t "$wheels"/katydid-*"$tag-$tag"*.whl "$wheels"/katydid-*abi3*.whl 2>/dev/null | head -1 || true)
  if [ -z "$found" ]; then
    .venv/bin/maturin build --quiet --release --interpreter "$1" --out "$wheels" >&2
    found=$(ls -t "$wheels"/katydid-*.whl | head -1)
  fi
  echo "$found"
}

rm -rf "$wheels"
unset PYO3_PYTHON # each wheel is built for the interpreter that it is meant for
for version in "$@"; do
  python=$(interpreter "$version")
  if [ -z "$python" ]; then
    echo "smoke: Python $version is not on this machine: skipped"
    absent+=("$version")
    continue
  fi
  wheel=$(wheel_for "$python" "$version")
  environment=$(mktemp -d)
  "$python" -m venv "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel"
  echo "smoke: Python $version with $(basename "$wheel")"
  "$environment/bin/python" -m tests.smoke
  rm -rf "$environment"
  passed+=("$version")
done
echo "smoke: passed on ${passed[*]:-none}; absent: ${absent[*]:-none}"
[ "${#passed[@]}" -gt 0 ]
