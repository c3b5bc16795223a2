#!/usr/bin/env bash
# Writes the help texts anew. Usage: Tests/CommandLineTests/Fixtures/update.sh PATH_OF_DELINEATE
set -euo pipefail
program=${1:?usage: update.sh PATH_OF_DELINEATE}
help=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/help
mkdir -p "$help"
for command in "" demo info check convert dicom fingerprint plan preprocess train predict ensemble evaluate accumulate find-best \
  postprocess resample register "register images" "register cohort" "register case" warp normalise roi "roi dilate" "roi erode" "roi open" \
  "roi close" "roi shell" "roi components" "roi fill" "roi smooth" "roi boolean" "roi crop" "roi distance" "roi fuse" "roi recipe" "roi check" \
  raters "raters agreement" "raters consensus" "raters icc" "raters scores" "raters simulate" "raters perturb" upscale "upscale train" "upscale apply" \
  "upscale evaluate" model "model info" "model import" "model export" "model logits" benchmark "benchmark train" "benchmark predict" \
  "benchmark resample" "benchmark distances"; do
  name="delineate${command:+ $command}"
  # shellcheck disable=SC2086
  COLUMNS=80 "$program" $command --help > "$help/${name// /-}.txt"
done
