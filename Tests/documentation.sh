#!/usr/bin/env bash
# Compiles every module's documentation and fails on a symbol link that leads nowhere. Takes some minutes, hence no part of run.sh.
# Usage: bash Tests/documentation.sh [FOLDER FOR THE ARCHIVES]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/Tests/install.sh"
cd "$root"
output=${1:-$(mktemp -d)}
graphs=$output/graphs
mkdir -p "$graphs"
# The debug build, so that the optimised one is left alone; only what users of the library see.
swift build -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$graphs" \
  -Xswiftc -symbol-graph-minimum-access-level -Xswiftc public
failed=0
for catalogue in Sources/*/*.docc; do
  module=$(basename "$catalogue" .docc)
  # Extensions of other modules' types have graphs of their own: MODULE@OTHER.symbols.json.
  mkdir -p "$output/$module.graphs"
  cp "$graphs/$module".symbols.json "$graphs/$module"@*.symbols.json "$output/$module.graphs" 2>/dev/null || true
  if ! ls "$output/$module.graphs"/*.json >/dev/null 2>&1; then
    echo "$module: no symbol graph" >&2
    failed=1
    continue
  fi
  if docc convert "$catalogue" --additional-symbol-graph-dir "$output/$module.graphs" \
    --fallback-display-name "$module" --fallback-bundle-identifier "delineate.$module" \
    --output-path "$output/$module.doccarchive" --warnings-as-errors >"$output/$module.log" 2>&1; then
    echo "$module: every link resolves"
  else
    echo "$module:" >&2
    cat "$output/$module.log" >&2
    failed=1
  fi
done
[ $# -gt 0 ] || rm -rf "$output"
exit "$failed"
