#!/usr/bin/env bash
# The main job on made-up patients: sets up, builds, then runs `delineate demo`.
# Usage: bash Examples/demo.sh [--quick] [--output DIR]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/Tests/install.sh"
install_missing
swift build --package-path "$root" "${build_flags[@]}" --product delineate
exec "$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)/delineate" demo "$@"
