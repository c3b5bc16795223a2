"""Respacing in recipes and `resample --like` against SimpleITK; see README.md beside this file."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import SimpleITK as sitk


def run(program, *arguments):
    subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def respaced(image, spacing):
    """A grid of another spacing with the same corner, sizes rounded up."""
    size = [int(np.ceil(n * s / spacing - 1e-6)) for n, s in zip(image.GetSize(), image.GetSpacing())]
    direction = np.array(image.GetDirection()).reshape(3, 3)
    origin = np.array(image.GetOrigin()) + direction @ (0.5 * (spacing - np.array(image.GetSpacing())))
    grid = sitk.Image(size, sitk.sitkFloat32)
    grid.SetSpacing((spacing,) * 3)
    grid.SetOrigin(origin)
    grid.SetDirection(image.GetDirection())
    return grid


def is_on_the_face(image, grid):
    """Voxels of the grid that lie on the image's outermost face but for rounding, which nobody can call inside or outside."""
    places = np.stack(np.meshgrid(*(np.arange(n) for n in grid.GetSize()), indexing="ij"), axis=-1)
    to_world = np.array(grid.GetDirection()).reshape(3, 3) * np.array(grid.GetSpacing())
    to_voxel = np.linalg.inv(np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing()))
    voxels = (places @ to_world.T + np.array(grid.GetOrigin()) - np.array(image.GetOrigin())) @ to_voxel.T
    faces = np.abs(voxels + 0.5) < 1e-6
    faces |= np.abs(voxels - (np.array(image.GetSize()) - 0.5)) < 1e-6
    return faces.any(axis=-1).T


def difference(found, expected, left_out):
    """Largest difference over the range."""
    a, b = (sitk.GetArrayFromImage(image) for image in (found, expected))
    return np.abs(a - b)[~left_out].max() / (b.max() - b.min())


def whole_images(program, paths, work):
    for path in paths:
        image = sitk.Cast(sitk.ReadImage(str(path)), sitk.sitkFloat32)
        grid = respaced(image, 1.0)
        sitk.WriteImage(grid, str(work / "grid.nrrd"))
        sitk.WriteImage(image, str(work / "image.nrrd"))
        face = is_on_the_face(image, grid)
        results = []
        for order, kind in ((1, sitk.sitkLinear), (3, sitk.sitkBSpline)):
            run(program, "resample", work / "image.nrrd", work / "found.nrrd", "--like", work / "grid.nrrd", "--order", order)
            expected = sitk.Resample(image, grid, sitk.Transform(), kind, 0.0, sitk.sitkFloat32)
            results.append(difference(sitk.ReadImage(str(work / "found.nrrd")), expected, face))
        print(f"  {path.parent.name}/{path.name}: to 1 mm, linear {results[0]:.1e}, B-spline {results[1]:.1e} of the range, {face.sum()} of {face.size} voxels on the face left out")


def recipe(program, image, mask, work):
    """A recipe's sample of 1 mm, not resized, against SimpleITK on the sample's own grid."""
    plan = json.loads((pathlib.Path(__file__).parents[3] / "Plans" / "roi" / "ct-cube-64.json").read_text())
    pixels = sitk.GetArrayFromImage(sitk.ReadImage(str(image)))
    plan["images"][0] |= {"window": [float(pixels.min()), float(pixels.max())], "outside": 0}
    plan |= {"size": None, "lesions": "together"}
    (work / "plan.json").write_text(json.dumps(plan))
    (work / "cohort.csv").write_text(f"case,ct,mask\ncase,{image},{mask}\n")
    run(program, "roi", "recipe", work / "plan.json", work / "cohort.csv", "--output", work / "samples")
    path = next(p for p in (work / "samples").glob("*.nii.gz") if "mask" not in p.name)
    sample = sitk.ReadImage(str(path))
    moving = sitk.Cast(sitk.ReadImage(str(image)), sitk.sitkFloat32)
    expected = sitk.GetArrayFromImage(sitk.Resample(moving, sample, sitk.Transform(), sitk.sitkLinear, float(pixels.min())))
    low, high = plan["images"][0]["window"]
    expected = (expected - low) / (high - low)
    # Where the box leaves the image SimpleITK and the recipe fill in what they are told.
    inside = sitk.GetArrayFromImage(sitk.Resample(moving * 0 + 1, sample, sitk.Transform(), sitk.sitkLinear, 0)) == 1
    found = sitk.GetArrayFromImage(sample)
    print(f"  recipe on {image.name}: {inside.sum()} voxels of 1 mm, {np.abs(found - expected)[inside].max():.1e} of the range")


if __name__ == "__main__":
    program, data = sys.argv[1], pathlib.Path(os.environ["DELINEATE_DATA"]) / "data"
    paths = [*sorted((data / "brain_mri").glob("case_*/t2.nii.gz")), *sorted((data / "radiomics").glob("*_image.nrrd"))]
    with tempfile.TemporaryDirectory() as folder:
        whole_images(program, paths, pathlib.Path(folder))
        for name in ("brain1", "breast1"):
            work = pathlib.Path(folder) / name
            work.mkdir()
            recipe(program, data / "radiomics" / f"{name}_image.nrrd", data / "radiomics" / f"{name}_label.nrrd", work)
