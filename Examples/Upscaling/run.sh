#!/usr/bin/env bash
# Tumours outlined, and their features, in coarse images and in those that a network makes of them, on made-up patients.
# Usage: bash Examples/Upscaling/run.sh [OUTPUT_FOLDER] [ITERATIONS]; PYTHON names a Python with PyRadiomics, DELINEATE and EXAMPLE built programs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
output=${1:-upscaling}
iterations=${2:-400}
python=${PYTHON:-python3}
if [ -z "${DELINEATE:-}" ] || [ -z "${EXAMPLE:-}" ]; then
  . "$root/Tests/install.sh"
  install_missing
  swift build --package-path "$root" "${build_flags[@]}"
  bin="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)"
  DELINEATE="$bin/delineate" EXAMPLE="$bin/UpscalingExample"
fi
"$EXAMPLE" phantoms "$output"

# Sharp scans of other patients are all that is learnt from. The study's scans have the same sequence and no more noise than they, which a preset of
# one's own says: else the network would learn to take noise away that is not there.
sed 's/"noise_levels": .*/"noise_levels": [0, 0],/; s/"gammas": .*/"gammas": [1, 1],/' "$root/Plans/super-resolution/mri-2x.json" > "$output/preset.json"
"$DELINEATE" upscale train --images "$output/scans" --output "$output/model" --preset "$output/preset.json" --iterations "$iterations" --adversarial-iterations 0

# The study's scans are half as sharp along every axis; how close does the network come to what they would have been?
"$DELINEATE" upscale evaluate --images "$output/truth" --model "$output/model" --save "$output/compared" --report "$output/pictures" --quiet
for kind in coarse cubic; do
  mkdir -p "$output/$kind"
  for image in "$output/compared/$kind"/*; do
    name=$(basename "$image")
    cp "$image" "$output/$kind/${name#*_}"
  done
done
"$DELINEATE" upscale apply --input "$output/coarse" --model "$output/model" --output "$output/network" --back-projections 3 --quiet > /dev/null

# The same rule outlines the tumours in the coarse scans, in what interpolation and the network make of them, and in the sharp scans.
for kind in coarse cubic network truth; do
  mkdir -p "$output/outlined/$kind"
  for image in "$output/$kind"/*.nii.gz; do
    name=$(basename "$image")
    "$EXAMPLE" outline "$image" "$output/labels/$name" "$output/outlined/$kind/$name"
  done
  echo "outlined in $kind:"
  "$DELINEATE" evaluate --reference "$output/tumours" --prediction "$output/outlined/$kind" --labels 1 --output "$output/dice_$kind.json" --quiet
done

if "$python" -c "import radiomics" 2> /dev/null; then
  for kind in truth cubic network; do
    arguments=()
    for image in "$output/$kind"/*.nii.gz; do
      name=$(basename "$image")
      arguments+=("${name%%.*}" "$image" "$output/outlined/$kind/$name")
    done
    "$python" "$root/Examples/features.py" "$output/features_$kind.csv" 25 "${arguments[@]}"
  done
  for kind in cubic network; do
    echo "features of $kind against those of the sharp scans:"
    "$DELINEATE" raters icc "$output/features_truth.csv" "$output/features_$kind.csv" --form 2,1 --output "$output/icc_$kind.csv" | tail -n 1
  done
else
  echo "PyRadiomics is not installed: no features (PYTHON may name a Python that has it)"
fi
echo "$output/model/progress.png, $output/pictures"
