#!/usr/bin/env bash
# Brings images of one patient onto the grid of one of them; PRESET chooses how, rigid by default.
# Usage: [PRESET=pet-ct] bash Examples/Registration/run.sh FIXED OUTPUT_FOLDER MOVING...
set -euo pipefail
usage="usage: run.sh FIXED OUTPUT_FOLDER MOVING..."
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fixed=${1:?$usage}
output=${2:?$usage}
: "${3:?$usage}"
shift 2
. "$root/Tests/install.sh"
install_missing
swift build --package-path "$root" "${build_flags[@]}" --product delineate
delineate="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)/delineate"

"$delineate" register --preset "${PRESET:-rigid}" --fixed "$fixed" --moving "$@" --output "$output" --transform "$output" --report "$output"
