"""Compares `delineate evaluate` with SimpleITK, surface-distance and MONAI; see README.md beside this file."""
import csv
import math
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

warnings.filterwarnings("ignore")
np.Inf = np.inf  # the package is older than numpy 2
from surface_distance import metrics  # noqa: E402

PAIRS, TOLERANCE = 200, 1.0


def blobs(generator, shape):
    field = ndimage.gaussian_filter(generator.standard_normal(shape), generator.uniform(1, 3))
    return field > np.quantile(field, generator.uniform(0.6, 0.98))


def pairs():
    """Random blobs that touch the border too, then empty masks, single voxels and whole grids."""
    generator = np.random.default_rng(4)
    for index in range(PAIRS):
        shape = tuple(generator.integers(6, 40, size=3))
        spacing = tuple(float(s) for s in generator.uniform(0.4, 4, size=3))
        a, b = blobs(generator, shape), blobs(generator, shape)
        if index % 10 == 1:
            b[:] = False
        if index % 10 == 2:
            a[:] = False
            b[:] = False
        if index % 10 == 3:
            a[:] = False
            a[tuple(s // 2 for s in shape)] = True
        if index % 10 == 4:
            b[:] = False
            b[0, 0, 0] = True
        if index % 10 == 5:
            a[:] = True
        yield a, b, spacing


def write(mask, spacing, path):
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.SetSpacing(spacing[::-1])
    sitk.WriteImage(image, str(path))


def worst(found, expected):
    if found == expected or (math.isnan(found) and math.isnan(expected)):
        return 0.0
    return abs(found - expected)


def compare(program, work):
    for name in ("reference", "prediction"):
        (work / name).mkdir()
    cases = list(pairs())
    for index, (a, b, spacing) in enumerate(cases):
        write(a, spacing, work / "reference" / f"{index:03}.nii.gz")
        write(b, spacing, work / "prediction" / f"{index:03}.nii.gz")
    table = work / "cases.csv"
    subprocess.run([program, "evaluate", "--reference", work / "reference", "--prediction", work / "prediction", "--labels", "1",
                    "--surface", "--tolerance", str(TOLERANCE), "--case-csv", table, "--output", work / "summary.json"],
                   check=True, stdout=subprocess.DEVNULL)
    differences = dict.fromkeys(("dice", "iou", "volume_difference_ml", "hd95_mm", "assd_mm", "nsd"), 0.0)
    rows = {row["case"]: row for row in csv.DictReader(table.open())}
    for index, (a, b, _) in enumerate(cases):
        row = rows[f"{index:03}"]
        images = [sitk.ReadImage(str(work / name / f"{index:03}.nii.gz")) for name in ("reference", "prediction")]
        spacing = images[0].GetSpacing()[::-1]
        expected = {"volume_difference_ml": (int(b.sum()) - int(a.sum())) * np.prod(spacing) / 1000}
        if a.any() or b.any():
            overlap = sitk.LabelOverlapMeasuresImageFilter()
            overlap.Execute(*images)
            expected |= {"dice": overlap.GetDiceCoefficient(), "iou": overlap.GetJaccardCoefficient()}
        distances = metrics.compute_surface_distances(a, b, spacing)
        both, either = a.any() and b.any(), a.any() or b.any()
        expected |= {
            "hd95_mm": metrics.compute_robust_hausdorff(distances, 95) if either else math.nan,
            "assd_mm": np.mean(metrics.compute_average_surface_distance(distances)) if both
            else math.inf if either else math.nan,
            "nsd": metrics.compute_surface_dice_at_tolerance(distances, TOLERANCE)}
        for name, value in expected.items():
            difference = worst(float(row[name] or "nan"), float(value))
            if not difference <= differences[name]:
                differences[name] = difference
                print(f"  {name} of pair {index}: {row[name]}, expected {value}")
    print(f"{len(cases)} random pairs, largest differences: {differences}")


def race(program, work):
    """Dice, HD95, mean distance and surface Dice of one pair of 160 x 200 x 200 voxels, in seconds."""
    import torch
    from monai.metrics import compute_average_surface_distance, compute_dice, compute_hausdorff_distance, compute_surface_dice
    torch.set_num_threads(2)
    for name in ("a", "b"):
        (work / name).mkdir()
    z, y, x = np.ogrid[:160, :200, :200]
    a = ((z - 80) / 50) ** 2 + ((y - 100) / 70) ** 2 + ((x - 100) / 60) ** 2 <= 1
    b = ((z - 83) / 52) ** 2 + ((y - 97) / 66) ** 2 + ((x - 104) / 63) ** 2 <= 1
    spacing = (2.0, 1.0, 1.0)
    write(a, spacing, work / "a" / "case.nii")
    write(b, spacing, work / "b" / "case.nii")
    start = time.perf_counter()
    subprocess.run([program, "evaluate", "--reference", work / "a", "--prediction", work / "b", "--labels", "1", "--surface",
                    "--file-ending", ".nii", "--output", work / "race.json"], check=True, stdout=subprocess.DEVNULL)
    own = time.perf_counter() - start
    tensors = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (a, b)]
    start = time.perf_counter()
    compute_dice(tensors[1], tensors[0])
    compute_hausdorff_distance(tensors[1], tensors[0], percentile=95, spacing=spacing)
    compute_average_surface_distance(tensors[1], tensors[0], symmetric=True, spacing=spacing)
    compute_surface_dice(tensors[1], tensors[0], [TOLERANCE], spacing=spacing, use_subvoxels=True)
    other = time.perf_counter() - start
    print(f"one large pair: delineate {own:.2f} s with start and reading, MONAI {other:.2f} s without: {other / own:.1f} times")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        compare(sys.argv[1], pathlib.Path(folder))
        if "--race" in sys.argv:
            race(sys.argv[1], pathlib.Path(folder))
