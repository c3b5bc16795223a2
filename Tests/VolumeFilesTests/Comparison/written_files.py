"""Reads with other programs what `delineate` writes; see README.md beside this file."""
import pathlib
import subprocess
import sys
import tempfile

import nibabel
import numpy as np
import SimpleITK as sitk
import tifffile
from PIL import Image
from scipy.spatial.transform import Rotation

GRIDS = 200


def run(program, *arguments):
    subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def copied(program, source, target):
    """The image on its own grid in another file."""
    run(program, "resample", source, target, "--like", source, "--order", 0)


def random_image(generator, kind=np.float32):
    """An oblique grid anywhere within a metre, left-handed in a quarter of all cases."""
    shape = tuple(generator.integers(4, 12, size=3))
    image = sitk.GetImageFromArray((generator.random(shape) * 200).astype(kind))
    image.SetSpacing(tuple(generator.uniform(0.3, 6, size=3)))
    image.SetOrigin(tuple(generator.uniform(-500, 500, size=3)))
    direction = Rotation.random(random_state=int(generator.integers(1 << 30))).as_matrix()
    if generator.random() < 0.25:
        direction[:, 2] *= -1
    image.SetDirection(direction.ravel())
    return image


def affine(image):
    """From voxels to RAS, as nibabel has it."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    return np.diag([-1, -1, 1, 1]) @ matrix


def grids(program, work):
    """Images in every format that keeps a place, and masks made for them, on random oblique grids."""
    generator, worst, values, taken = np.random.default_rng(3), 0.0, 0.0, 0
    for index in range(GRIDS):
        ending = (".nii.gz", ".nii", ".nrrd", ".mha")[index % 4]
        # A name of its own for each: beside a.nii, ITK takes a.nii.gz's voxels from there.
        source, target, coarse, marked = (work / f"{name}_{index}{ending}" for name in ("source", "target", "coarse", "mask"))
        sitk.WriteImage(random_image(generator), str(source))
        image = sitk.ReadImage(str(source))
        copied(program, source, target)
        found = sitk.ReadImage(str(target))
        worst = max(worst, np.abs(affine(image) - affine(found)).max())
        values = max(values, np.abs(sitk.GetArrayFromImage(image) - sitk.GetArrayFromImage(found)).max())
        if ending.startswith(".nii"):
            other = nibabel.load(target)
            worst = max(worst, np.abs(other.affine - affine(image)).max())
            values = max(values, np.abs(other.get_fdata() - sitk.GetArrayFromImage(image).T).max())
        # A mask from a coarser grid, brought onto the image's.
        less = sitk.Resample(image > 100, [max(n // 2, 2) for n in image.GetSize()], sitk.Transform(), sitk.sitkNearestNeighbor,
                             image.GetOrigin(), [2 * s for s in image.GetSpacing()], image.GetDirection())
        array = sitk.GetArrayFromImage(less)
        array[0, 0, 0] = 1
        mask = sitk.GetImageFromArray(array)
        mask.CopyInformation(less)
        sitk.WriteImage(mask, str(coarse))
        run(program, "resample", coarse, marked, "--like", source, "--labels")
        filter = sitk.LabelStatisticsImageFilter()
        filter.SetGlobalDefaultCoordinateTolerance(1e-6)
        filter.Execute(image, sitk.ReadImage(str(marked)))
        taken += filter.HasLabel(1)
    print(f"{GRIDS} oblique grids: geometry to {worst:.1e} mm, values to {values:.1e} by SimpleITK and nibabel; {taken} masks taken by "
          "LabelStatistics at a tolerance of 1e-6")


def types(program, work):
    """Every kind of number through every format and back, exactly."""
    generator, count = np.random.default_rng(5), 0
    for ending in (".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd"):
        for kind in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32"):
            source, target = work / f"types{ending}", work / f"back{ending}"
            sitk.WriteImage(random_image(generator, kind), str(source))
            copied(program, source, target)
            a, b = (sitk.GetArrayFromImage(sitk.ReadImage(str(path))) for path in (source, target))
            assert np.array_equal(a, b), (ending, kind)
            count += 1
    print(f"{count} files of whole and real numbers in five formats: equal in every voxel")


def pictures(program, work):
    """Stacks for ImageJ, and 16-bit pictures."""
    generator = np.random.default_rng(6)
    image = sitk.GetImageFromArray(generator.integers(0, 60000, (5, 7, 9)).astype(np.uint16))
    image.SetSpacing((0.25, 0.5, 3.5))
    sitk.WriteImage(image, str(work / "stack.nii.gz"))
    copied(program, work / "stack.nii.gz", work / "stack.tif")
    with tifffile.TiffFile(work / "stack.tif") as file:
        assert np.array_equal(file.asarray(), sitk.GetArrayFromImage(image))
        tags, about = file.pages[0].tags, file.imagej_metadata
        spacing = [tags[name].value[1] / tags[name].value[0] for name in ("XResolution", "YResolution")] + [about["spacing"]]
        assert np.allclose(spacing, image.GetSpacing(), atol=1e-6) and about["unit"] == "mm", (spacing, about)
    tifffile.imwrite(work / "theirs.tif", sitk.GetArrayFromImage(image), imagej=True, resolution=(4, 2),
                     metadata={"spacing": 3.5, "unit": "mm", "axes": "ZYX"})
    copied(program, work / "theirs.tif", work / "theirs.nii.gz")
    found = sitk.ReadImage(str(work / "theirs.nii.gz"))
    assert np.array_equal(sitk.GetArrayFromImage(found), sitk.GetArrayFromImage(image))
    assert np.allclose(found.GetSpacing(), image.GetSpacing(), atol=1e-6)
    flat = generator.integers(0, 65536, (11, 13)).astype(np.uint16)
    Image.fromarray(flat).save(work / "flat.png")
    copied(program, work / "flat.png", work / "again.png")
    assert np.array_equal(np.asarray(Image.open(work / "again.png")), flat)
    print("TIFF and tifffile, 16-bit PNG and Pillow: equal both ways, spacing and unit too")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for step in (grids, types, pictures):
            step(sys.argv[1], pathlib.Path(folder))
