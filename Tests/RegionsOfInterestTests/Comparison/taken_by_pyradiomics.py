"""Whether PyRadiomics takes what `delineate` writes; see README.md beside this file."""
import logging
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import SimpleITK as sitk
from radiomics import featureextractor

logging.disable(logging.CRITICAL)
extractor = featureextractor.RadiomicsFeatureExtractor()
extractor.disableAllFeatures()
extractor.enableFeatureClassByName("shape")
extractor.enableFeatureClassByName("firstorder")


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def labels(path):
    return [int(label) for label in np.unique(sitk.GetArrayFromImage(sitk.ReadImage(str(path)))) if label]


def take(image, mask, results):
    """All labels of a mask, as it is."""
    assert labels(mask), f"{mask} is empty"
    for label in labels(mask):
        features = extractor.execute(str(image), str(mask), label=label)
        assert math.isfinite(float(features["original_shape_MeshVolume"]))
    results.append(mask.name)


def ball(image_path, path):
    """Two balls in the middle of an image, of 1 and 2, since brain_mri has no masks."""
    image = sitk.ReadImage(str(image_path))
    z, y, x = (np.arange(n) for n in image.GetSize()[::-1])
    sx, sy, sz = image.GetSpacing()
    distance = np.sqrt(((z[:, None, None] - len(z) / 2) * sz) ** 2 + ((y[None, :, None] - len(y) / 2) * sy) ** 2
                       + ((x[None, None, :] - len(x) / 2) * sx) ** 2)
    array = (distance < 25).astype(np.uint8)
    array[:, :, :len(x) // 2][distance[:, :, :len(x) // 2] < 25] = 2
    mask = sitk.GetImageFromArray(array)
    mask.CopyInformation(image)
    sitk.WriteImage(mask, str(path))


def case(program, image, mask, work, ending):
    results = []

    def out(name):
        return work / f"{name}{ending}"

    commands = {
        "dilate": ["roi", "dilate", mask, out("dilate"), "--mm", 5],
        "open": ["roi", "open", mask, out("open"), "--voxels", 1],
        "close": ["roi", "close", mask, out("close"), "--mm", 3],
        "shell": ["roi", "shell", mask, out("shell"), "--limits", "0,5,10"],
        "components": ["roi", "components", mask, out("components"), "--largest", 1],
        "fill": ["roi", "fill", mask, out("fill")],
        "smooth": ["roi", "smooth", mask, out("smooth"), "--mm", 1],
        "erode": ["roi", "erode", out("dilate"), out("erode"), "--mm", 2],
        "boolean": ["roi", "boolean", "union", mask, out("dilate"), "--output", out("boolean")],
    }
    for name, command in commands.items():
        run(program, *command)
        take(image, out(name), results)
    run(program, "roi", "check", image, mask, "--label", labels(mask)[0], "--output", out("checked"))
    take(image, out("checked"), results)
    run(program, "roi", "crop", image, mask, out("part"), "--margin", 8, "--mask-output", out("crop"))
    take(out("part"), out("crop"), results)
    truth = work / f"truth{ending}"
    sitk.WriteImage(sitk.ReadImage(str(mask)), str(truth))
    run(program, "raters", "simulate", mask, "--output", work / "raters", "--raters", 3, "--noise", 1)
    raters = [work / "raters" / f"rater_{n}" / mask.name for n in (1, 2, 3)]
    for path in raters:
        take(image, path, results)
    run(program, "raters", "simulate", mask, "--output", work / "contours", "--raters", 1, "--image", image)
    take(image, work / "contours" / "rater_1" / mask.name, results)
    for method in ("majority", "union", "staple", "simple"):
        run(program, "raters", "consensus", *raters, "--method", method, "--output", out(method))
        take(image, out(method), results)
    run(program, "raters", "perturb", image, mask, "--image-output", out("again"), "--mask-output", out("moved"), "--noise", "estimated",
        "--rotation", 4, "--translation", "0.25,0.5,0")
    take(out("again"), out("moved"), results)
    return len(results)


def sphere(program, work):
    """A ball of 10 mm, dilated by 5 mm on a grid of 0.4 mm."""
    size, spacing = 96, 0.4
    places = (np.arange(size) - (size - 1) / 2) * spacing
    squares = places[:, None, None] ** 2 + places[None, :, None] ** 2 + places[None, None, :] ** 2
    for name, radius in (("ball", 10), ("direct", 15)):
        image = sitk.GetImageFromArray((squares <= radius ** 2).astype(np.uint8))
        image.SetSpacing((spacing,) * 3)
        sitk.WriteImage(image, str(work / f"{name}.nii.gz"))
    run(program, "roi", "dilate", work / "ball.nii.gz", work / "dilated.nii.gz", "--mm", 5)
    radius = 15
    theory = {"MeshVolume": 4 / 3 * math.pi * radius ** 3, "VoxelVolume": 4 / 3 * math.pi * radius ** 3, "SurfaceArea": 4 * math.pi * radius ** 2,
              "Sphericity": 1, "Maximum3DDiameter": 2 * radius, "Maximum2DDiameterSlice": 2 * radius, "MajorAxisLength": 4 * radius / math.sqrt(5),
              "MinorAxisLength": 4 * radius / math.sqrt(5), "LeastAxisLength": 4 * radius / math.sqrt(5), "Elongation": 1, "Flatness": 1}
    found, direct = (extractor.execute(str(work / f"{name}.nii.gz"), str(work / f"{name}.nii.gz")) for name in ("dilated", "direct"))
    for name, value in theory.items():
        a, b = (float(features[f"original_shape_{name}"]) for features in (found, direct))
        print(f"  {name}: theory {value:.4g}, dilated {a / value - 1:+.2%}, drawn at that radius {b / value - 1:+.2%}")


if __name__ == "__main__":
    program, data = sys.argv[1], pathlib.Path(os.environ["DELINEATE_DATA"]) / "data"
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        cases = [(data / "radiomics" / f"{name}_image.nrrd", data / "radiomics" / f"{name}_label.nrrd") for name in ("brain1", "brain2", "breast1")]
        cases.append((data / "radiomics" / "prostate_phantom_subvolume.nrrd", data / "radiomics" / "prostate_phantom_subvolume-label.nrrd"))
        for folder in ("case_a", "case_b"):
            mask = root / f"{folder}.nii.gz"
            ball(data / "brain_mri" / folder / "t1.nii.gz", mask)
            cases.append((data / "brain_mri" / folder / "t1.nii.gz", mask))
        for image, mask in cases:
            work = root / f"work_{mask.name}"
            work.mkdir()
            print(f"{mask.name}: {case(program, image, mask, work, '.nrrd' if image.suffix == '.nrrd' else '.nii.gz')} masks taken")
        sphere(program, root)
