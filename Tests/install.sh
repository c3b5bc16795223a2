#!/usr/bin/env bash
# Installs the libraries that the build needs and that are missing (Debian, Ubuntu). Sourced by the scripts here and in Examples.
set -euo pipefail

install_missing() {
  local missing=()
  for package in libdnnl-dev libopenblas-dev libnifti-dev libpng-dev libtiff-dev zlib1g-dev; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    echo "installing ${missing[*]}" >&2
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  fi
  command -v swift >/dev/null || { echo "swift is missing; install Swift 6.2 or later from swift.org" >&2; exit 1; }
}

# -march=native reaches Swift's own code generation too: the kernels are twice as fast as for any x86-64.
build_flags=(-c release -Xcc -march=native)

# Builds the program for an example and names it in DELINEATE, unless that names one already.
build_delineate() {
  local root=$1
  [ -z "${DELINEATE:-}" ] || return 0
  install_missing
  swift build --package-path "$root" "${build_flags[@]}" --product delineate
  DELINEATE="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)/delineate"
}
