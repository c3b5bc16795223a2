#!/usr/bin/env bash
# Trains fold 0 of a real dataset twice, once undisturbed and once killed at random moments and resumed, and compares the final
# checkpoints byte for byte. Takes some minutes, hence no part of run.sh.
# Usage: DELINEATE_DATA=FOLDER bash Tests/killed_runs.sh [FOLDER FOR THE RUNS]
# SEED (1), KILLS (10), EPOCHS (4) and ITERATIONS (5) may be set in the environment.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
dataset=$(cd "${DELINEATE_DATA:?is not set; it names a folder with data/Dataset004_Hippocampus}" && pwd)/data/Dataset004_Hippocampus
work=${1:-$(mktemp -d)}
RANDOM=${SEED:-1}
kills=${KILLS:-10}
. "$root/Tests/install.sh"
delineate="$(swift build --package-path "$root" "${build_flags[@]}" --show-bin-path)/delineate"
[ -x "$delineate" ] || { echo "$delineate is missing; build it first" >&2; exit 1; }
mkdir -p "$work"

train() {  # WORKSPACE [options]
  "$delineate" train "$dataset" --workspace "$1" --fold 0 --epochs "${EPOCHS:-4}" --iterations "${ITERATIONS:-5}" \
    --validation-iterations 1 --seed 7 --save-interval 0 "${@:2}" 2>>"$1/log.txt" >>"$1/log.txt"
}

fold() { echo "$work/$1/models/3d_fullres/fold_0"; }

# All weights and momenta: what follows the header of a safetensors file, whose length its first eight bytes tell.
numbers() { tail -c +$((9 + $(od -An -t u8 -N 8 "$1"))) "$1" | sha256sum | cut -d' ' -f1; }

# Names, types, shapes and places of the tensors, and all metadata but the seconds that steps took.
description() {
  head -c $((8 + $(od -An -t u8 -N 8 "$1"))) "$1" | tail -c +9 | sed -E 's/\\"seconds\\": *[-+.0-9e]*//g; s/ *$//' | sha256sum | cut -d' ' -f1
}

# Opens a checkpoint by itself.
is_readable() {
  rm -rf "$work/alone"
  mkdir -p "$work/alone/fold_0"
  cp "$(dirname "$(dirname "$1")")"/{plans,dataset}.json "$work/alone"
  cp "$1" "$work/alone/fold_0/checkpoint_final.safetensors"
  "$delineate" model info "$work/alone" --json >"$work/alone/info.json"
  grep -q '"weights"' "$work/alone/info.json"
}

mkdir -p "$work/whole" "$work/killed"
"$delineate" preprocess "$dataset" --workspace "$work/whole" --quiet >"$work/whole/log.txt"
cp -r "$work/whole/." "$work/killed"
start=$(date +%s%N)
train "$work/whole"
milliseconds=$((($(date +%s%N) - start) / 1000000))
echo "undisturbed: $((milliseconds / 1000)) s with the validation"

survived=0
for number in $(seq "$kills"); do
  train "$work/killed" --resume &
  process=$!
  # From the first moments on, and often enough within the steps.
  moment=$((50 + (RANDOM * 32768 + RANDOM) % (milliseconds / 6)))
  sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
  child=$(pgrep -P "$process" -x delineate || true)
  if [ -n "$child" ]; then kill -9 "$child"; fi
  status=0
  wait "$process" 2>/dev/null || status=$?
  # 137 is the kill; 0, a run that had ended; all else would be a checkpoint that cannot be gone on from.
  if [ "$status" -ne 137 ] && [ "$status" -ne 0 ]; then
    echo "run $number ended with status $status:" >&2
    tail -n 3 "$work/killed/log.txt" >&2
    exit 1
  fi
  found=""
  for checkpoint in "$(fold killed)"/checkpoint_*.safetensors; do
    [ -e "$checkpoint" ] || continue
    is_readable "$checkpoint" || { echo "$checkpoint cannot be read after kill $number" >&2; exit 1; }
    text=$(head -c 200000 "$checkpoint" | tr -d '\0')
    epochs=$(grep -a -o '\\"epoch\\":' <<<"$text" | wc -l || true)
    steps=$(grep -a -o '\\"iteration\\": *[0-9]*' <<<"$text" | head -n 1 | tr -dc 0-9 || true)
    name=${checkpoint##*checkpoint_}
    found+=" ${name%.safetensors} ($epochs epochs, ${steps:-?} steps)"
    survived=$((survived + 1))
  done
  echo "kill $number after $moment ms:${found:- no checkpoint yet}; all readable"
done
train "$work/killed" --resume
for kind in final best; do
  for what in numbers description; do
    a=$($what "$(fold whole)/checkpoint_$kind.safetensors")
    b=$($what "$(fold killed)/checkpoint_$kind.safetensors")
    [ "$a" = "$b" ] || { echo "checkpoint_$kind: the $what differ" >&2; exit 1; }
  done
done
left=$(find "$work/killed" -name '.*.partial' | wc -l)
[ "$left" -eq 0 ] || { echo "$left temporary files are left" >&2; exit 1; }
echo "after $kills kills and $survived checkpoints read: final and best checkpoints equal those of the undisturbed run, byte for byte"
[ $# -gt 0 ] || rm -rf "$work"
