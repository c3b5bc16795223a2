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
    """Runs every command that writes a mask; the number of masks and labels that PyRadiomics took."""
    results = []
    first = labels(mask)[0]

    def out(name):
        return work / f"{name}{ending}"

    commands = {
        "dilate": ["roi", "dilate", mask, out("dilate"), "--mm", 5],
        "dilate_slices": ["roi", "dilate", mask, out("dilate_slices"), "--mm", 5, "--per-slice", "z"],
        "erode": ["roi", "erode", out("dilate"), out("erode"), "--mm", 2],
        "open": ["roi", "open", mask, out("open"), "--voxels", 1],
        "close": ["roi", "close", mask, out("close"), "--mm", 3],
        "shell": ["roi", "shell", mask, out("shell"), "--limits", "0,5,10"],
        "shell_inside": ["roi", "shell", mask, out("shell_inside"), "--limits", "0,5", "--inside", out("dilate"), "--tumour", "own-label"],
        "components": ["roi", "components", mask, out("components"), "--largest", 1],
        "fill": ["roi", "fill", mask, out("fill")],
        "smooth": ["roi", "smooth", mask, out("smooth"), "--mm", 1],
        "like": ["resample", mask, out("like"), "--like", image, "--labels"],
        "boolean_union": ["roi", "boolean", "union", mask, out("dilate"), "--output", out("boolean_union")],
        "boolean_intersection": ["roi", "boolean", "intersection", mask, out("dilate"), "--output", out("boolean_intersection")],
        "boolean_difference": ["roi", "boolean", "difference", out("dilate"), mask, "--output", out("boolean_difference")],
        "boolean_xor": ["roi", "boolean", "xor", out("dilate"), mask, "--output", out("boolean_xor")],
    }
    for name, command in commands.items():
        run(program, *command)
        take(image, out(name), results)
    run(program, "roi", "check", image, mask, "--label", first, "--output", out("checked"))
    take(image, out("checked"), results)
    pairs(program, image, mask, out, results)
    raters(program, image, mask, work, out, results)
    if ending == ".nii.gz":
        recipe(program, image, mask, work, results)
    return len(results)


def pairs(program, image, mask, out, results):
    """Commands that write an image and a mask that belongs to it."""
    run(program, "roi", "crop", image, mask, out("part"), "--margin", 8, "--mask-output", out("crop"))
    run(program, "roi", "crop", image, mask, out("cube"), "--shape", "cube", "--margin", 10, "--size", "48,48,48", "--mask-output", out("cube_mask"))
    for name, kind in (("image", []), ("mask", ["--labels"])):
        run(program, "resample", {"image": image, "mask": mask}[name], out(f"fine_{name}"), "--spacing", "1.1,1.1,2", *kind)
    # A patient's other scan, or the same one moved, onto the image.
    for name, kind in (("image", []), ("mask", ["--labels"])):
        run(program, "warp", "--transform", identity(out("identity").with_suffix(".tfm")), "--moving", {"image": image, "mask": mask}[name],
            "--fixed", out("fine_image"), "--output", out(f"warped_{name}"), *kind)
    run(program, "raters", "perturb", image, mask, "--image-output", out("again"), "--mask-output", out("moved"), "--noise", "estimated",
        "--rotation", 4, "--translation", "0.25,0.5,0")
    run(program, "raters", "perturb", image, mask, "--image-output", out("drawn"), "--mask-output", out("drawn_mask"), "--volume-change", 0.1,
        "--contours")
    for first, second in (("part", "crop"), ("cube", "cube_mask"), ("fine_image", "fine_mask"), ("warped_image", "warped_mask"),
                          ("again", "moved"), ("drawn", "drawn_mask")):
        take(out(first), out(second), results)


def identity(path):
    sitk.WriteTransform(sitk.AffineTransform(3), str(path))
    return path


def raters(program, image, mask, work, out, results):
    """Made-up raters and their consensus."""
    run(program, "raters", "simulate", mask, "--output", work / "raters", "--raters", 3, "--noise", 1)
    found = [work / "raters" / f"rater_{n}" / mask.name for n in (1, 2, 3)]
    run(program, "raters", "simulate", mask, "--output", work / "contours", "--raters", 1, "--image", image)
    for path in (*found, work / "contours" / "rater_1" / mask.name):
        take(image, path, results)
    for method in ("majority", "union", "intersection", "staple", "simple"):
        run(program, "raters", "consensus", *found, "--method", method, "--output", out(method))
        take(image, out(method), results)


def recipe(program, image, mask, work, results):
    """A cube around every lesion, with the mask that goes with it."""
    (work / "cohort.csv").write_text(f"case,ct,mask\ncase,{image},{mask}\n")
    run(program, "roi", "recipe", "ct-cube-64", work / "cohort.csv", "--output", work / "samples")
    for path in sorted((work / "samples").glob("*_mask.nii.gz")):
        take(path.with_name(path.name.replace("_mask", "")), path, results)


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
