"""Writes the fixtures of RegionsOfInterestTests; see README.md beside this file."""
import pathlib

import numpy as np
from safetensors.numpy import save_file
from scipy import ndimage

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(7)

# Shape (z, y, x), spacing (z, y, x) in mm, share of voxels in the mask.
cases = [
    ((9, 10, 11), (1.0, 1.0, 1.0), 0.3),
    ((7, 12, 9), (5.0, 0.625, 0.625), 0.02),
    ((12, 5, 10), (0.8, 3.2, 6.4), 0.1),
    ((1, 14, 17), (2.5, 0.7, 0.9), 0.2),
    ((6, 9, 8), (8.0, 1.0, 1.0), 0.004),
    ((8, 8, 13), (1.5, 1.5, 3.0), 0.6),
]

if __name__ == "__main__":
    arrays = {}
    for index, (shape, spacing, share) in enumerate(cases):
        mask = generator.random(shape) < share
        arrays[f"{index}/mask"] = mask.astype(np.uint8)
        arrays[f"{index}/spacing"] = np.array(spacing, dtype=np.float32)
        distances = ndimage.distance_transform_edt(~mask, sampling=np.float32(spacing).astype(float))
        arrays[f"{index}/distances"] = distances.astype(np.float32)
        for connectivity, order in ((6, 1), (18, 2), (26, 3)):
            structure = ndimage.generate_binary_structure(3, order)
            numbers, _ = ndimage.label(mask, structure)
            arrays[f"{index}/components_{connectivity}"] = numbers.astype(np.int16)
    save_file(arrays, here / "masks.safetensors")
