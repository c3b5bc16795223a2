"""PyRadiomics' shape features of balls, drawn and dilated, against theory; see README.md beside this file."""
import logging
import math
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

SPACING = 0.4


def theory(radius):
    axis = 4 * radius / math.sqrt(5)
    volume, surface = 4 / 3 * math.pi * radius ** 3, 4 * math.pi * radius ** 2
    return {"VoxelVolume": volume, "MeshVolume": volume, "SurfaceArea": surface, "Sphericity": 1, "Maximum3DDiameter": 2 * radius,
            "Maximum2DDiameterSlice": 2 * radius, "MajorAxisLength": axis, "MinorAxisLength": axis, "LeastAxisLength": axis,
            "Elongation": 1, "Flatness": 1}


def ball(radius, path):
    """Voxels of an isotropic grid whose centres are within a radius of its middle."""
    size = 2 * math.ceil(radius / SPACING) + 9
    places = (np.arange(size) - (size - 1) / 2) * SPACING
    squares = places[:, None, None] ** 2 + places[None, :, None] ** 2 + places[None, None, :] ** 2
    image = sitk.GetImageFromArray((squares <= radius ** 2).astype(np.uint8))
    image.SetSpacing((SPACING,) * 3)
    sitk.WriteImage(image, str(path))


def pad(path, millimetres):
    """Room for a dilation."""
    width = [math.ceil(millimetres / SPACING) + 2] * 3
    sitk.WriteImage(sitk.ConstantPad(sitk.ReadImage(str(path)), width, width), str(path))


def deviations(path, radius):
    features = extractor.execute(str(path), str(path))
    return [float(features[f"original_shape_{name}"]) / value - 1 for name, value in theory(radius).items()]


if __name__ == "__main__":
    program = sys.argv[1]
    print("deviation from theory in %, every second line a ball of 2/3 of the radius dilated by the rest")
    print("voxels of radius  " + "  ".join(theory(1)))
    with tempfile.TemporaryDirectory() as folder:
        drawn, dilated = pathlib.Path(folder) / "drawn.nii", pathlib.Path(folder) / "dilated.nii"
        for radius in (3, 6, 9, 12, 18, 24):
            ball(radius, drawn)
            lines = [("drawn", deviations(drawn, radius))]
            ball(2 * radius / 3, drawn)
            pad(drawn, radius / 3)
            subprocess.run([program, "roi", "dilate", drawn, dilated, "--mm", str(radius / 3)], check=True, stdout=subprocess.DEVNULL)
            lines.append(("dilated", deviations(dilated, radius)))
            for name, values in lines:
                numbers = "  ".join(f"{100 * value:+{len(feature)}.2f}" for feature, value in zip(theory(1), values))
                print(f"{radius / SPACING:7.1f} {name:8}  {numbers}")
