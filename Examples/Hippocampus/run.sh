#!/usr/bin/env bash
# From the Decathlon's Task04_Hippocampus, or nnU-Net's Dataset004_Hippocampus, to Dice on held-out cases.
# Usage: bash Examples/Hippocampus/run.sh DATASET [WORKSPACE] [further options of delineate train]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dataset=${1:?usage: run.sh DATASET [WORKSPACE] [options of delineate train]}
workspace=${2:-hippocampus}
shift; [ $# -eq 0 ] || shift
. "$root/Tests/install.sh"
install_missing
swift build --package-path "$root" "${build_flags[@]}" --product delineate
delineate="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)/delineate"

"$delineate" check "$dataset"
# Four fifths of the cases are learned from; the fifth of fold 0 is segmented and scored at the end.
"$delineate" train "$dataset" --workspace "$workspace" --fold 0 --epochs 40 --iterations 25 "$@"

# The same scores again, from the files on the disk.
"$delineate" evaluate --reference "$dataset/labelsTr" --allow-missing --prediction "$workspace/models/3d_fullres/fold_0/validation" \
  --dataset-json "$workspace/models/3d_fullres/dataset.json" --output "$workspace/summary.json"
