"""Compares `delineate evaluate` with nnU-Net and surface-distance; see README.md beside this file."""
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

warnings.filterwarnings("ignore")
np.Inf = np.inf  # the package is older than numpy 2
from nnunetv2.evaluation.evaluate_predictions import compute_metrics_on_folder  # noqa: E402
from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO  # noqa: E402
from surface_distance import metrics  # noqa: E402

CASES, TOLERANCE, THRESHOLD = 40, 1.0, 0.1


def perturbed(labels, generator):
    shifted = np.roll(labels, generator.integers(-2, 3, size=3), axis=(0, 1, 2))
    for label in (1, 2):
        steps = generator.integers(-1, 2)
        mask = shifted == label
        if steps > 0:
            shifted[ndimage.binary_dilation(mask) & (shifted == 0)] = label
        if steps < 0:
            shifted[mask & ~ndimage.binary_erosion(mask)] = 0
    speckles = ndimage.gaussian_filter(generator.standard_normal(labels.shape), 1.2)
    shifted[(speckles > np.quantile(speckles, 0.995)) & (shifted == 0)] = generator.integers(1, 3)
    return shifted


def make_folders(dataset, work):
    generator = np.random.default_rng(2)
    for name in ("reference", "prediction"):
        (work / name).mkdir()
    for index, path in enumerate(sorted((dataset / "labelsTr").glob("[!.]*.nii.gz"))[:CASES]):
        image = sitk.ReadImage(str(path))
        if index % 3 == 1:
            image.SetSpacing((0.7, 0.9375, 2.5))
        reference = sitk.GetArrayFromImage(image)
        prediction = perturbed(reference.copy(), generator)
        if index % 13 == 5:
            prediction[:] = 0
        if index % 13 == 6:
            prediction[prediction == 2] = 0
        if index % 13 in (6, 7):
            reference[reference == 2] = 0
        for name, array in (("reference", reference), ("prediction", prediction)):
            result = sitk.GetImageFromArray(array.astype(np.uint8))
            result.CopyInformation(image)
            sitk.WriteImage(result, str(work / name / path.name))


def difference(a, b):
    """Largest difference of two documents' numbers; their shapes and texts must be equal."""
    if isinstance(a, dict):
        assert sorted(a) == sorted(b), (sorted(a), sorted(b))
        return max((difference(a[key], b[key]) for key in a), default=0)
    if isinstance(a, list):
        assert len(a) == len(b)
        return max((difference(x, y) for x, y in zip(a, b)), default=0)
    if isinstance(a, str):
        assert pathlib.Path(a).resolve() == pathlib.Path(b).resolve()
        return 0
    return 0 if a == b or (math.isnan(a) and math.isnan(b)) else abs(a - b)


def evaluate(program, *arguments):
    subprocess.run([program, "evaluate", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def compare_summaries(program, work):
    evaluate(program, "--reference", work / "reference", "--prediction", work / "prediction",
             "--labels", "1,2", "--output", work / "labels.json")
    (work / "dataset.json").write_text(json.dumps({
        "channel_names": {"0": "MR"}, "numTraining": CASES, "file_ending": ".nii.gz",
        "labels": {"background": 0, "whole": [1, 2], "back": [2]}, "regions_class_order": [1, 2]}))
    evaluate(program, "--reference", work / "reference", "--prediction", work / "prediction",
             "--dataset-json", work / "dataset.json", "--output", work / "regions.json")
    for name, structures in (("labels", [1, 2]), ("regions", [(1, 2), (2,)])):
        path = work / f"nnunet_{name}.json"
        compute_metrics_on_folder(str(work / "reference"), str(work / "prediction"), str(path),
                                  SimpleITKIO(), ".nii.gz", structures, num_processes=1)
        found = json.loads((work / f"{name}.json").read_text())
        print(f"summary.json, {name}: {difference(json.loads(path.read_text()), found)}")


def lesions(reference, prediction):
    """Greedy matching of 26-connected components, largest intersection over union first."""
    structure = np.ones((3, 3, 3))
    (a, m), (b, n) = ndimage.label(reference, structure), ndimage.label(prediction, structure)
    pairs = []
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            overlap = np.sum((a == i) & (b == j)) / np.sum((a == i) | (b == j))
            if overlap > THRESHOLD:
                pairs.append((-overlap, i, j))
    found, used = set(), set()
    for _, i, j in sorted(pairs):
        if i not in found and j not in used:
            found.add(i)
            used.add(j)
    return len(found), n - len(found), m - len(found)


def compare_shapes(program, work):
    table = work / "cases.csv"
    evaluate(program, "--reference", work / "reference", "--prediction", work / "prediction",
             "--labels", "1,2", "--surface", "--tolerance", TOLERANCE, "--lesions",
             "--case-csv", table)
    worst = dict.fromkeys(("hd95_mm", "assd_mm", "nsd", "volume_difference_ml"), 0.0)
    lesion_differences, rows = 0, list(csv.DictReader(table.open()))
    for row in rows:
        images = [sitk.ReadImage(str(work / name / f"{row['case']}.nii.gz"))
                  for name in ("reference", "prediction")]
        masks = [sitk.GetArrayFromImage(image) == int(row["structure"]) for image in images]
        spacing = images[0].GetSpacing()[::-1]
        distances = metrics.compute_surface_distances(*masks, spacing)
        both, either = all(m.any() for m in masks), any(m.any() for m in masks)
        expected = {
            "hd95_mm": metrics.compute_robust_hausdorff(distances, 95) if either else math.nan,
            "assd_mm": np.mean(metrics.compute_average_surface_distance(distances))
            if both else math.inf if either else math.nan,
            "nsd": metrics.compute_surface_dice_at_tolerance(distances, TOLERANCE),
            "volume_difference_ml":
                (int(masks[1].sum()) - int(masks[0].sum())) * np.prod(spacing) / 1000,
        }
        for name, value in expected.items():
            found = float(row[name] or "nan")
            worst[name] = max(worst[name], difference(float(value), found))
        found = tuple(int(row[f"lesion_{name}"]) for name in ("tp", "fp", "fn"))
        lesion_differences += found != lesions(*masks)
    print(f"surfaces of {len(rows)} structures, largest differences: {worst}")
    print(f"structures whose lesions differ: {lesion_differences}")


if __name__ == "__main__":
    program, dataset = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        make_folders(dataset, work)
        compare_summaries(program, work)
        compare_shapes(program, work)
