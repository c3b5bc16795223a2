"""Compares `delineate roi distance` with scipy and SimpleITK; see README.md beside this file."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

MASKS = 200


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def compare(program, work):
    generator = np.random.default_rng(1)
    outside = inside = 0.0
    for _ in range(MASKS):
        shape = tuple(generator.integers(1, 48, size=3))
        spacing = tuple(float(s) for s in generator.uniform(0.5, 4, size=3))
        mask = generator.random(shape) < 10 ** generator.uniform(-3, -0.2)
        mask.flat[generator.integers(mask.size)] = True
        image = sitk.GetImageFromArray(mask.astype(np.uint8))
        image.SetSpacing(spacing[::-1])
        sitk.WriteImage(image, str(work / "mask.nii"))
        # As the header has it, in single precision.
        image = sitk.ReadImage(str(work / "mask.nii"))
        run(program, "roi", "distance", work / "mask.nii", work / "distance.nii", "--inside", "border")
        found = sitk.GetArrayFromImage(sitk.ReadImage(str(work / "distance.nii")))
        expected = ndimage.distance_transform_edt(~mask, sampling=image.GetSpacing()[::-1])
        outside = max(outside, np.abs(np.maximum(found, 0) - expected).max())
        if not mask.all():
            maurer = sitk.GetArrayFromImage(sitk.SignedMaurerDistanceMap(
                image, insideIsPositive=False, squaredDistance=False, useImageSpacing=True))
            inside = max(inside, np.abs(found - maurer)[mask].max())
    print(f"{MASKS} masks, largest difference from scipy {outside:.2e} mm, inside from ITK {inside:.2e} mm")


def race(program):
    size, spacing = (512, 512, 200), (0.8, 0.8, 2.5)
    text = run(program, "benchmark", "distances", "--size", ",".join(map(str, size)), "--spacing", ",".join(map(str, spacing)),
               "--rounds", "3", "--json")
    own = json.loads(text)["distance_seconds"]
    axes = [((np.arange(n) + 0.5) / n - 0.5) ** 2 * 16 for n in size[::-1]]
    mask = axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :] <= 1
    assert json.loads(text)["mask_voxels"] == mask.sum()
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.SetSpacing(spacing)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(2)
    seconds = {"delineate": own}
    best = []
    for _ in range(3):
        start = time.perf_counter()
        sitk.SignedMaurerDistanceMap(image, squaredDistance=False, useImageSpacing=True)
        best.append(time.perf_counter() - start)
    seconds["SimpleITK Maurer"] = min(best)
    start = time.perf_counter()
    ndimage.distance_transform_edt(~mask, sampling=spacing[::-1])
    seconds["scipy"] = time.perf_counter() - start
    print("512 x 512 x 200: " + ", ".join(f"{name} {value:.2f} s ({value / own:.1f} x)" for name, value in seconds.items()))
    text = run(program, "benchmark", "distances", "--size", "512,512,400", "--spacing", "0.8,0.8,1", "--rounds", "3", "--json")
    large = json.loads(text)
    print(f"dilation by 20 mm of {large['mask_voxels']} of {large['voxels']} voxels: {large['dilation_seconds']:.2f} s, "
          f"{large['dilation_bytes'] / 1e6:.0f} MB beside the mask")


if __name__ == "__main__":
    if "--race" in sys.argv:
        race(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(sys.argv[1], pathlib.Path(folder))
