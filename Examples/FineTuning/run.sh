#!/usr/bin/env bash
# Trains on one site's made-up patients, fine-tunes on three of another site, and scores on the fourth, beside a training from scratch.
# Usage: bash Examples/FineTuning/run.sh [FOLDER]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${1:-fine-tuning}
. "$root/Tests/install.sh"
install_missing
swift build --package-path "$root" "${build_flags[@]}" --product delineate
delineate="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)/delineate"

# The earlier model: patients of the home site.
home="$folder/home"
model="$home/workspace/models/3d_fullres"
[ -e "$model/fold_0/checkpoint_final.safetensors" ] || "$delineate" demo --quick --output "$home"

# The new dataset: of the four patients of the external site three to learn from and one to score on.
data="$folder/external"
rm -rf "$data" && mkdir -p "$data"/{imagesTr,labelsTr,imagesTs,labelsTs}
external=$(grep external "$home/dataset/cohorts.csv" | cut -d, -f1 | sort)
count=0
for patient in $external; do
  count=$((count + 1))
  part=Tr; [ "$count" -le 3 ] || part=Ts
  cp "$home/dataset/imagesTs/${patient}"_*.nii.gz "$data/images$part/"
  cp "$home/dataset/labelsTs/$patient.nii.gz" "$data/labels$part/"
done
sed 's/"numTraining": *[0-9]*/"numTraining": 3/' "$home/dataset/dataset.json" > "$data/dataset.json"

# Both networks take the same plan and make the same number of steps.
options=(--fold all --epochs 6 --iterations 20 --validation-iterations 2)
for start in tuned scratch; do
  work="$folder/$start"
  "$delineate" plan "$data" --workspace "$work" --like "$model"
  more=()
  [ "$start" = scratch ] || more=(--pretrained "$model" --patience 4)
  "$delineate" train --workspace "$work" "${options[@]}" "${more[@]}" --quiet
  "$delineate" predict --model "$work/models/3d_fullres" --input "$data/imagesTs" --output "$work/masks" --quiet
  echo "== $start"
  "$delineate" evaluate --reference "$data/labelsTs" --prediction "$work/masks" --dataset-json "$data/dataset.json" \
    --output "$work/summary.json"
done
