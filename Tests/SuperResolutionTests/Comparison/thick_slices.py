"""Trains on the in-plane details of one patient's thick-sliced MR, and doubles the slices of another's.

Usage: python thick_slices.py PROGRAM DATA WORK [--iterations 300] [--radiomics PYTHON]   (numpy, SimpleITK)

DATA/data/brain_mri holds both patients. Along x and y the first one's images are sharp: each of these axes takes the place of the slices
in turn, averaged to the thickness of the slices, and the true slices are interpolated to the spacing of the pixels, so that images to learn
from have the spacings of those to be improved. Features are those of 24 balls of 18 mm inside the second patient's brain. Prints one line
of JSON per contrast.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
import SimpleITK as sitk

CONTRASTS = ("t1", "t1_contrast", "t2", "flair")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("program")
parser.add_argument("data", type=Path)
parser.add_argument("work", type=Path)
parser.add_argument("--iterations", default="300")
parser.add_argument("--radiomics", help="a Python with PyRadiomics")
parser.add_argument("--threads", default="2")
options = parser.parse_args()
patients = options.data / "data/brain_mri"


def read(patient, contrast):
    return sitk.ReadImage(str(patients / patient / f"{contrast}.nii.gz"), sitk.sitkFloat32)


def along(image, axis, pixel, slice_):
    """The image with one of its first two axes as slices, on pixels and slices of given sizes."""
    other = 1 - axis
    turned = sitk.PermuteAxes(image, [other, 2, axis])
    turned.SetDirection(np.eye(3).ravel())
    turned.SetOrigin((0, 0, 0))
    # The mean over a slice's thickness, as a scanner takes it.
    width = round(slice_ / turned.GetSpacing()[2])
    turned = sitk.BinShrink(turned, [1, 1, width])
    size = [int(n * s / t) for n, s, t in zip(turned.GetSize(), turned.GetSpacing(), (pixel, pixel, turned.GetSpacing()[2]))]
    return sitk.Resample(
        turned, size, sitk.Transform(), sitk.sitkBSpline, turned.GetOrigin(), (pixel, pixel, turned.GetSpacing()[2]), turned.GetDirection(), 0.0)


def balls(image, count=24, radius=18, seed=1):
    """Balls at random places that lie within the head, each with its own label; none covers another."""
    chance = np.random.default_rng(seed)
    array = sitk.GetArrayFromImage(image)
    head = sitk.GetArrayFromImage(sitk.OtsuThreshold(sitk.SmoothingRecursiveGaussian(image, 6.0), 0, 1)) > 0
    spacing = np.array(image.GetSpacing()[::-1])
    places = np.stack(np.meshgrid(*(np.arange(n) * s for n, s in zip(array.shape, spacing)), indexing="ij"), -1)
    labels = np.zeros(array.shape, np.uint8)
    label = 0
    for _ in range(20000):
        centre = chance.uniform(0, 1, 3) * spacing * array.shape
        inside = ((places - centre) ** 2).sum(-1) <= radius**2
        if inside.sum() < 0.95 * 4 / 3 * np.pi * radius**3 / spacing.prod() or not head[inside].mean() > 0.97:
            continue
        # Later balls lose what they share with earlier ones, if that is little.
        fresh = inside & (labels == 0)
        if fresh.sum() < 0.7 * inside.sum():
            continue
        label += 1
        labels[fresh] = label
        if label == count:
            break
    mask = sitk.GetImageFromArray(labels)
    mask.CopyInformation(image)
    return mask, label


work = options.work
(work / "train").mkdir(parents=True, exist_ok=True)
known = read("case_b", "t1")
pixel, slice_ = known.GetSpacing()[0], known.GetSpacing()[2]
for contrast in CONTRASTS:
    for axis in (0, 1):
        sitk.WriteImage(along(read("case_a", contrast), axis, pixel, slice_), str(work / "train" / f"{contrast}_{'xy'[axis]}.nii.gz"))
mask, count = balls(known)
sitk.WriteImage(mask, str(work / "balls.nii.gz"))
preset = json.loads((Path(__file__).parents[3] / "Plans/super-resolution/mri-slices-2x.json").read_text())
preset |= {"noise_levels": [0, 0], "drift": 0, "patch_xyz": [32, 32, 16]}
(work / "preset.json").write_text(json.dumps(preset))
common = ["--threads", options.threads, "--quiet"]
subprocess.run(
    [options.program, "upscale", "train", "--images", work / "train", "--output", work / "model", "--preset", work / "preset.json",
     "--iterations", options.iterations, "--adversarial-iterations", "0", *common], check=True)
radiomics = ["--masks", work / "balls.nii.gz", "--pyradiomics", options.radiomics] if options.radiomics else []
for contrast in CONTRASTS:
    result = subprocess.run(
        [options.program, "upscale", "evaluate", "--images", patients / "case_b" / f"{contrast}.nii.gz", "--model", work / "model",
         "--report", work / "pictures" / contrast, *radiomics, "--json", *common], check=True, capture_output=True, text=True)
    document = json.loads(result.stdout)
    line = {"contrast": contrast, "balls": count} | {
        kind: {name: round(document["mean"][kind][name], 4) for name in ("psnr_db", "ssim")} for kind in ("linear", "cubic", "model")}
    for kind in ("linear", "cubic", "model"):
        if radiomics:
            line[kind] |= {name: round(document["features"][kind][name], 3) for name in ("median_ccc", "share_ccc_0.85", "share_ccc_0.90")}
    print(json.dumps(line), flush=True)
