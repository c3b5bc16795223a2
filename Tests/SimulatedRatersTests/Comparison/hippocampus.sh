#!/usr/bin/env bash
# Five simulated raters per case at a mean Dice of 0.85, and their consensus. Usage: hippocampus.sh PROGRAM [CASES]
set -euo pipefail
program=${1:?usage: hippocampus.sh PROGRAM [CASES]}
cases=${2:-40}
labels=${DELINEATE_DATA:?set DELINEATE_DATA}/data/Dataset004_Hippocampus/labelsTr
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/truth" "$folder/staple" "$folder/majority"
find "$labels" -name '*.nii.gz' | sort | sed -n "1,${cases}p" | xargs -I{} cp {} "$folder/truth"

"$program" raters simulate "$folder"/truth/*.nii.gz --output "$folder/raters" --raters 5 --dice 0.85 --noise 1 --bias-spread 0.3 \
  --seed 1 --quiet --json > "$folder/simulation.json"
for method in staple majority; do
  for path in "$folder"/truth/*.nii.gz; do
    "$program" raters consensus "$folder"/raters/rater_*/"$(basename "$path")" --method "$method" \
      --output "$folder/$method/$(basename "$path")" --quiet > /dev/null
  done
  "$program" evaluate --reference "$folder/truth" --prediction "$folder/$method" --labels 1,2 --output "$folder/$method.json" --quiet > /dev/null
done
python3 - "$folder" <<'PYTHON'
import json, statistics, sys
folder = sys.argv[1]
cases = json.load(open(f"{folder}/simulation.json"))["cases"]
means = [case["mean_dice"] for case in cases]
best = {case["case"]: max(case["dice"]) for case in cases}
print(f"{len(cases)} cases: mean Dice of five raters {min(means):.4f} to {max(means):.4f}; "
      f"single raters {min(min(c['dice']) for c in cases):.3f} to {max(best.values()):.3f}")
print(f"best rater of every case: mean {statistics.mean(best.values()):.4f}")
for method in ("staple", "majority"):
    summary = json.load(open(f"{folder}/{method}.json"))
    dice = {}
    for case in summary["metric_per_case"]:
        name = case["prediction_file"].split("/")[-1]
        dice[name] = statistics.mean(score["Dice"] for score in case["metrics"].values())
    better = sum(dice[name] > best[name] for name in best)
    print(f"{method}: mean {statistics.mean(dice.values()):.4f}, nearer to the truth than the best rater in {better} of {len(best)} cases")
PYTHON
