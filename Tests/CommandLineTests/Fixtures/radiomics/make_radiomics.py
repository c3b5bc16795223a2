"""Writes an image, masks of it and what PyRadiomics says of them; see README.md beside the folder."""
import json
import pathlib

import numpy as np
import SimpleITK as sitk
from radiomics import imageoperations

here = pathlib.Path(__file__).parent.resolve()
shape, spacing, origin = (8, 9, 10), (0.7, 0.8, 2.5), (-31.4, 12.7, 55.1)
angle = 0.3
direction = (np.cos(angle), -np.sin(angle), 0, np.sin(angle), np.cos(angle), 0, 0, 0, 1)


def image(array, spacing=spacing, origin=origin, direction=direction):
    result = sitk.GetImageFromArray(array)
    result.SetSpacing(spacing)
    result.SetOrigin(origin)
    result.SetDirection(direction)
    return result


def box(z, y, x, label=1, size=shape, kind=np.uint8):
    array = np.zeros(size, kind)
    array[z, y, x] = label
    return array


whole = (slice(2, 5), slice(2, 6), slice(3, 7))
masks = {
    "good": (image(box(*whole)), {}),
    "real_numbers": (image(box(*whole, kind=np.float32)), {}),
    "other_label": (image(box(*whole, label=2)), {}),
    "other_label_asked": (image(box(*whole, label=2)), {"label": 2}),
    "empty": (image(box(0, 0, 0, label=0)), {}),
    "one_voxel": (image(box(3, 4, 5)), {}),
    "line": (image(box(3, 4, slice(2, 8))), {}),
    "line_allowed": (image(box(3, 4, slice(2, 8))), {"minimumROIDimensions": 1}),
    "flat": (image(box(3, slice(2, 6), slice(3, 7))), {}),
    "flat_refused": (image(box(3, slice(2, 6), slice(3, 7))), {"minimumROIDimensions": 3}),
    "small_refused": (image(box(*whole)), {"minimumROISize": 48}),
    "small_allowed": (image(box(*whole)), {"minimumROISize": 47}),
    "moved_by_rounding": (image(box(*whole), origin=(-31.4001, 12.7, 55.1)), {}),
    "moved_by_a_voxel": (image(box(*whole), origin=(-30.7, 12.7, 55.1)), {}),
    "other_spacing": (image(box(*whole), spacing=(0.7, 0.8, 2.6)), {}),
    "flipped": (image(box(*whole), direction=tuple(-d for d in direction[:3]) + direction[3:]), {}),
    "cropped": (image(box(*whole, size=(7, 9, 10))), {}),
}
# What messages of PyRadiomics, or of SimpleITK through it, say.
messages = [
    "not present in mask", "Image/Mask geometry mismatch",
    "mask only contains 1 segmented voxel! Cannot extract features for a single voxel.",
    "mask has too few dimensions", "Size of the ROI is too small",
    "which does not match the primary input's size of",
]


if __name__ == "__main__":
    generator = np.random.default_rng(2)
    sitk.WriteImage(
        image(generator.integers(0, 200, shape).astype(np.int16)), here / "image.nii.gz", True)
    verdicts = []
    for name, (mask, settings) in masks.items():
        sitk.WriteImage(mask, here / f"{name}.nii.gz", True)
        try:
            imageoperations.checkMask(
                sitk.ReadImage(here / "image.nii.gz"),
                sitk.Cast(sitk.ReadImage(here / f"{name}.nii.gz"), sitk.sitkUInt32), **settings)
            found = None
        except (ValueError, RuntimeError) as error:
            found = str(error)
        print(name, settings, found)
        verdicts.append({
            "mask": name, "settings": settings, "taken": found is None,
            "message": next((text for text in messages if found and text in found), None)})
    (here / "verdicts.json").write_text(json.dumps(verdicts, indent=1) + "\n")
