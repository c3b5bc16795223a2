"""Shows that images of higher resolution lie where those they are made of lie, as SimpleITK sees them.

Usage: python geometry.py PROGRAM WORK MODEL...   (numpy, SimpleITK)

Three bright balls on an oblique grid are raised by every model. Prints JSON per model: how far the written grid departs from the formula
s / f, O + D s (1/f - 1)/2; the largest distance of a ball's centre of mass from that in the coarse image, in coarse voxels; the correlation of the
result with the coarse image, brought back to its grid, and the shift in coarse voxels along x, y and z at which it is largest. Ends with status 1 where
one of them is too large.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk

program, work, *models = sys.argv[1:]
work = Path(work)
work.mkdir(parents=True, exist_ok=True)
size, spacing, radius = (48, 44, 40), (1.2, 1.1, 2.0), 7.0
axis = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])
direction = sitk.VersorTransform(axis.tolist(), 0.35).GetMatrix()
grid = sitk.Image(size, sitk.sitkFloat32)
grid.SetSpacing(spacing)
grid.SetOrigin((-30, 5, 7))
grid.SetDirection(direction)
centres = [grid.TransformContinuousIndexToPhysicalPoint(c) for c in ((12.3, 13.1, 10.7), (34.6, 14.2, 20.4), (22.8, 31.5, 29.3))]


def points(image):
    index = np.stack(np.meshgrid(*(np.arange(n) for n in image.GetSize()), indexing="ij"), -1) * image.GetSpacing()
    return index @ np.array(image.GetDirection()).reshape(3, 3).T + image.GetOrigin()


def voxels(image):
    return sitk.GetArrayFromImage(image).transpose(2, 1, 0).astype(np.float64)


def masses(image):
    """Centres of mass of what is brighter than the background around each ball."""
    place, value = points(image), voxels(image) - 100
    found = []
    for centre in centres:
        weight = np.where(np.linalg.norm(place - centre, axis=-1) < radius + 5, value, 0)
        found.append((place * weight[..., None]).sum((0, 1, 2)) / weight.sum())
    return np.array(found)


# Ball and background on a grid five times as fine, averaged: voxels of partial volume, whose centres of mass are known.
fine = sitk.Expand(grid, (5, 5, 5), sitk.sitkNearestNeighbor)
distance = np.min([np.linalg.norm(points(fine) - c, axis=-1) for c in centres], axis=0)
image = sitk.GetImageFromArray(np.where(distance < radius, 900, 100).astype(np.float32).transpose(2, 1, 0))
image.CopyInformation(fine)
coarse = sitk.BinShrink(image, (5, 5, 5))
sitk.WriteImage(coarse, str(work / "balls.nii.gz"))
failed = False
for model in models:
    subprocess.run([program, "upscale", "apply", "--input", work / "balls.nii.gz", "--model", model, "--output", work / "fine", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    factors = json.loads((work / "fine/balls.json").read_text())["factors_xyz"]
    result = sitk.ReadImage(str(work / "fine/balls.nii.gz"), sitk.sitkFloat32)
    before = sitk.ReadImage(str(work / "balls.nii.gz"), sitk.sitkFloat32)
    shift = np.array(before.GetDirection()).reshape(3, 3) @ (np.array(before.GetSpacing()) * (1 / np.array(factors) - 1) / 2)
    grid_error = max(
        np.abs(np.array(result.GetOrigin()) - before.GetOrigin() - shift).max(), np.abs(np.array(result.GetSpacing()) * factors - before.GetSpacing()).max(),
        np.abs(np.array(result.GetDirection()) - before.GetDirection()).max())
    moved = np.array(masses(result) - masses(before)) @ np.array(before.GetDirection()).reshape(3, 3) / before.GetSpacing()
    back = sitk.BinShrink(result, [int(f) for f in factors])

    def correlation(voxel_shift):
        offset = np.array(before.GetDirection()).reshape(3, 3) @ (np.array(voxel_shift) * before.GetSpacing())
        other = sitk.Resample(back, before, sitk.TranslationTransform(3, offset.tolist()), sitk.sitkBSpline, 100.0)
        inner = tuple(slice(4, -4) for _ in range(3))
        return np.corrcoef(voxels(other)[inner].ravel(), voxels(before)[inner].ravel())[0, 1]

    best = []
    for direction_ in range(3):
        step = np.eye(3)[direction_] * 0.25
        a, b, c = correlation(-step), correlation((0, 0, 0)), correlation(step)
        best.append(0.25 * (a - c) / (2 * (a - 2 * b + c)))
    line = {
        "model": model, "factors_xyz": factors, "grid_error_mm": float(grid_error), "ball_shift_voxels": round(float(np.abs(moved).max()), 4),
        "correlation": round(float(correlation((0, 0, 0))), 5), "best_shift_voxels": [round(float(b), 4) for b in best]}
    print(json.dumps(line), flush=True)
    failed |= line["grid_error_mm"] > 1e-5 or line["ball_shift_voxels"] > 0.05 or line["correlation"] < 0.995 or max(map(abs, best)) > 0.05
sys.exit(int(failed))
