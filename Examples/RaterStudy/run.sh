#!/usr/bin/env bash
# How far features depend on who drew and on the scan, with simulated raters and images taken again, on made-up patients.
# Usage: bash Examples/RaterStudy/run.sh [OUTPUT_FOLDER] [PATIENTS]; PYTHON names a Python with PyRadiomics, DELINEATE a built program.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
output=${1:-rater_study}
patients=${2:-6}
python=${PYTHON:-python3}
. "$root/Tests/install.sh"
build_delineate "$root"
mkdir -p "$output/images" "$output/truth" "$output/consensus" "$output/again"
"$python" "$root/Examples/PETCT/phantoms.py" "$output/patients" "$patients" > /dev/null
for n in $(seq "$patients"); do
  cp "$output/patients/patient_$n/ct.nii.gz" "$output/images/patient_$n.nii.gz"
  cp "$output/patients/patient_$n/truth.nii.gz" "$output/truth/patient_$n.nii.gz"
done

# Five raters at a mean Dice of 0.85, their agreement, and what STAPLE makes of them.
"$DELINEATE" raters simulate "$output"/truth/*.nii.gz --output "$output/raters" --raters 5 --dice 0.85 --noise 1 --bias-spread 0.4 --shift 0.5 --quiet > /dev/null
"$DELINEATE" raters agreement "$output"/raters/rater_* --report "$output/agreement" --images "$output/images" --quiet > /dev/null
for n in $(seq "$patients"); do
  "$DELINEATE" raters consensus "$output"/raters/rater_*/patient_"$n".nii.gz --method staple --output "$output/consensus/patient_$n.nii.gz" --quiet > /dev/null
  # The scan again: noise, a grid turned and moved, another volume, another contour.
  for take in 1 2 3; do
    "$DELINEATE" raters perturb "$output/images/patient_$n.nii.gz" "$output/consensus/patient_$n.nii.gz" --seed "$take" --noise estimated \
      --rotation="$((4 * take - 8))" --translation "0.$((25 * take)),0.$((25 * (4 - take))),0" --outside=-1024 --volume-change "0.0$((5 * (take - 1)))" --contours \
      --image-output "$output/again/patient_${n}_take_$take.nii.gz" --mask-output "$output/again/patient_${n}_take_${take}_mask.nii.gz" --quiet > /dev/null
  done
done
"$DELINEATE" evaluate --reference "$output/truth" --prediction "$output/consensus" --labels 1 --output "$output/consensus.json" --quiet > /dev/null

if "$python" -c "import radiomics" 2> /dev/null; then
  # Of every table the counts by family.
  raters=() takes=()
  for rater in 1 2 3 4 5; do
    arguments=()
    for n in $(seq "$patients"); do arguments+=("patient_$n" "$output/images/patient_$n.nii.gz" "$output/raters/rater_$rater/patient_$n.nii.gz"); done
    "$python" "$root/Examples/features.py" "$output/features_rater_$rater.csv" 25 "${arguments[@]}"
    raters+=("$output/features_rater_$rater.csv")
  done
  for take in 1 2 3; do
    arguments=()
    for n in $(seq "$patients"); do
      arguments+=("patient_$n" "$output/again/patient_${n}_take_$take.nii.gz" "$output/again/patient_${n}_take_${take}_mask.nii.gz")
    done
    "$python" "$root/Examples/features.py" "$output/features_take_$take.csv" 25 "${arguments[@]}"
    takes+=("$output/features_take_$take.csv")
  done
  echo "between raters:"
  "$DELINEATE" raters icc "${raters[@]}" --form 2,1 --output "$output/icc_raters.csv" | tail -n 9
  echo "between takes:"
  "$DELINEATE" raters icc "${takes[@]}" --form 1,1 --output "$output/icc_takes.csv" | tail -n 9
else
  echo "PyRadiomics is not installed: no features (PYTHON may name a Python that has it)"
fi
echo "$output/agreement/report.html"
