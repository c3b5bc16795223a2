#!/usr/bin/env bash
# Both recipes from beginning to end on made-up patients: a PET/CT, and an mpMRI examination for a model of several channels.
# Usage: bash Examples/Registration/phantoms.sh [FOLDER]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=${1:-registration}
. "$root/Tests/install.sh"
install_missing
swift build --package-path "$root" "${build_flags[@]}"
bin="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)"
delineate="$bin/delineate"
"$bin/RegistrationPhantoms" "$folder"

echo "== PET/CT: the PET onto the CT, its tumours beside where they belong, both and the mask at 1 mm"
"$delineate" register --preset pet-ct --fixed "$folder/pet_ct/ct.nii.gz" --moving "$folder/pet_ct/pet.nii.gz" \
  --output "$folder/pet_on_ct.nii.gz" --transform "$folder/pet.tfm" --report "$folder/pet.png"
"$delineate" warp --transform "$folder/pet.tfm" --points "$folder/masks/ct_landmarks.csv" --landmarks "$folder/masks/pet_landmarks.csv"
for image in pet_ct/ct pet_on_ct; do
  "$delineate" resample "$folder/$image.nii.gz" "$folder/$(basename $image)_1mm.nii.gz" --spacing 1,1,1
done
"$delineate" resample "$folder/masks/ct_tumours.nii.gz" "$folder/ct_tumours_1mm.nii.gz" --spacing 1,1,1 --labels

echo "== mpMRI: T2 and ADC onto contrast-enhanced T1, named as nnU-Net expects channels"
"$delineate" register case "$folder/mpmri" --output "$folder/imagesTr" --case patient_1 --channels t1_contrast t2 adc \
  --transforms "$folder/mpmri_transforms" --report "$folder/mpmri_pictures"
