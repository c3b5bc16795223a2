#!/usr/bin/env bash
# PET/CT of lung tumours, from scans and three raters' masks to 64 x 64 three-channel pictures and robust features, on made-up patients.
# Usage: bash Examples/PETCT/run.sh [OUTPUT_FOLDER] [PATIENTS]; PYTHON names a Python with PyRadiomics, DELINEATE a built program.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
output=${1:-petct}
patients=${2:-3}
python=${PYTHON:-python3}
. "$root/Tests/install.sh"
build_delineate "$root"
mkdir -p "$output"
"$python" "$root/Examples/PETCT/phantoms.py" "$output/patients" "$patients"

raters="rater_1 rater_2 rater_3"
echo "case,ct,pet,${raters// /,}" > "$output/cohort.csv"
for n in $(seq "$patients"); do
  patient="$output/patients/patient_$n"
  # The PET onto the CT it was taken with.
  "$DELINEATE" register --preset pet-ct --fixed "$patient/ct.nii.gz" --moving "$patient/pet.nii.gz" --output "$patient/pet_on_ct.nii.gz" \
    --transform "$patient/pet.tfm" --quiet > /dev/null
  # In a study these are three radiologists.
  cp "$patient/truth.nii.gz" "$output/patient_$n.nii.gz"
  echo "patient_$n,patients/patient_$n/ct.nii.gz,patients/patient_$n/pet_on_ct.nii.gz,$(for r in $raters; do printf 'raters/%s/patient_%s.nii.gz,' "$r" "$n"; done | sed 's/,$//')" \
    >> "$output/cohort.csv"
done
"$DELINEATE" raters simulate "$output"/patient_*.nii.gz --output "$output/raters" --raters 3 --dice 0.88 --noise 1 --bias-spread 0.5 --quiet > /dev/null
rm "$output"/patient_*.nii.gz

# 1 mm voxels, the largest slice, a square with 20 mm around the tumour, 64 x 64: CT, PET and their mean as three channels.
"$DELINEATE" roi recipe pet-ct-64 "$output/cohort.csv" --masks "${raters// /,}" --output "$output/samples" --quiet > /dev/null

mkdir -p "$output/images"
for n in $(seq "$patients"); do cp "$output/patients/patient_$n/ct.nii.gz" "$output/images/patient_$n.nii.gz"; done
"$DELINEATE" raters agreement "$output"/raters/rater_* --report "$output/agreement" --images "$output/images" --quiet > /dev/null

if "$python" -c "import radiomics" 2> /dev/null; then
  tables=()
  for rater in $raters; do
    arguments=()
    for n in $(seq "$patients"); do
      image="$output/patients/patient_$n/pet_on_ct.nii.gz"
      mask="$output/raters/$rater/patient_$n.nii.gz"
      "$DELINEATE" roi check "$image" "$mask" --quiet > /dev/null
      arguments+=("patient_$n" "$image" "$mask")
    done
    "$python" "$root/Examples/features.py" "$output/features_$rater.csv" 0.5 "${arguments[@]}"
    tables+=("$output/features_$rater.csv")
  done
  "$DELINEATE" raters icc "${tables[@]}" --output "$output/icc.csv" | tail -n 1
else
  echo "PyRadiomics is not installed: no features (PYTHON may name a Python that has it)"
fi
echo "$output/samples/manifest.json, $output/agreement/report.html"
