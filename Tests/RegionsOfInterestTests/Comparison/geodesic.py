"""`roi shell --geodesic` on real masks against scikit-image's minimum cost paths; see README.md beside this file."""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import SimpleITK as sitk
from skimage.graph import MCP_Geometric

LIMITS, SLACK = (0, 10, 20), 1e-6


def run(program, *arguments):
    subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def array(path):
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


if __name__ == "__main__":
    program, data = sys.argv[1], pathlib.Path(os.environ["DELINEATE_DATA"]) / "data" / "radiomics"
    with tempfile.TemporaryDirectory() as folder:
        organ, rings, wall = (pathlib.Path(folder) / name for name in ("organ.nrrd", "rings.nrrd", "wall.nrrd"))
        for name in ("brain1", "brain2", "breast1"):
            path = data / f"{name}_label.nrrd"
            tumour = array(path) > 0
            run(program, "roi", "dilate", path, organ, "--mm", 25)
            # A wall of two slices through the middle of the tumour, open within it.
            image = sitk.ReadImage(str(path))
            middle = int(np.argwhere(tumour)[:, 2].mean())
            closed = np.zeros(tumour.shape, np.uint8)
            closed[:, :, middle:middle + 2] = 1
            closed[tumour] = 0
            mask = sitk.GetImageFromArray(closed)
            mask.CopyInformation(image)
            sitk.WriteImage(mask, str(wall))
            run(program, "roi", "shell", path, rings, "--limits", ",".join(map(str, LIMITS)), "--inside", organ, "--avoid", wall, "--geodesic")
            allowed = ((array(organ) > 0) & (closed == 0)) | tumour
            paths = MCP_Geometric(np.where(allowed, 1.0, np.inf), fully_connected=True, sampling=image.GetSpacing()[::-1])
            lengths, _ = paths.find_costs([tuple(voxel) for voxel in np.argwhere(tumour)])
            expected = np.zeros(tumour.shape, int)
            for number, (low, high) in enumerate(zip(LIMITS, LIMITS[1:]), 1):
                expected[(lengths > low + SLACK) & (lengths <= high + SLACK)] = number
            expected[tumour] = 0
            found = array(rings)
            print(f"  {name}: {(found > 0).sum()} voxels of two rings, {(found != expected).sum()} differ")
