#!/usr/bin/env bash
# Sets up, builds and runs every test. Tests on reference data need DELINEATE_DATA, a folder with data/ and reference/.
# Usage: bash Tests/run.sh [arguments of swift test, such as --filter Planning]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/Tests/install.sh"
install_missing
if [ -z "${DELINEATE_DATA:-}" ]; then
  echo "DELINEATE_DATA is not set: tests on reference data are skipped" >&2
else
  DELINEATE_DATA=$(cd "$DELINEATE_DATA" && pwd)
  export DELINEATE_DATA
fi
cd "$root"
swift build "${build_flags[@]}" --build-tests
exec swift test "${build_flags[@]}" --skip-build "$@"
