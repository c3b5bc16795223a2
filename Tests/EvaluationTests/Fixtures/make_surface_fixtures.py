"""Writes surfaces.json and surface_masks.safetensors; see README.md beside this file."""
import json
import pathlib
import warnings

import numpy as np
from safetensors.numpy import save_file
from scipy import ndimage

warnings.filterwarnings("ignore")
np.Inf = np.inf  # the package is older than numpy 2
from surface_distance import lookup_tables, metrics  # noqa: E402

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(11)


def noise(shape, share):
    return generator.random(shape) < share


def blob(shape, share, smoothing):
    field = ndimage.gaussian_filter(generator.standard_normal(shape), smoothing)
    return field > np.quantile(field, 1 - share)


# Reference, prediction, spacing (z, y, x) in mm, tolerance in mm.
pairs = [
    (noise((9, 10, 11), 0.5), noise((9, 10, 11), 0.5), (1, 1, 1), 1),
    (noise((10, 9, 8), 0.3), noise((10, 9, 8), 0.7), (3, 2, 1), 1),
    (blob((12, 14, 16), 0.2, 2), blob((12, 14, 16), 0.2, 2), (1, 1, 1), 2),
    (blob((8, 18, 16), 0.1, 1.5), blob((8, 18, 16), 0.15, 1.5), (5, 0.75, 0.75), 1.5),
    (blob((1, 20, 20), 0.3, (0, 2, 2)), blob((1, 20, 20), 0.3, (0, 2, 2)), (2.5, 0.5, 0.5), 1),
    (blob((10, 10, 10), 0.05, 1), np.ones((10, 10, 10), bool), (0.8, 0.8, 1.6), 0.8),
    (blob((12, 12, 12), 0.2, 2), np.zeros((12, 12, 12), bool), (1, 1, 2), 1),
    (np.zeros((6, 6, 6), bool), blob((6, 6, 6), 0.2, 1), (1, 1, 2), 1),
]


def number(value):
    return None if not np.isfinite(value) else float(value)


if __name__ == "__main__":
    arrays, expected = {}, []
    for index, (reference, prediction, spacing, tolerance) in enumerate(pairs):
        arrays[f"{index}/reference"] = reference.astype(np.uint8)
        arrays[f"{index}/prediction"] = prediction.astype(np.uint8)
        distances = metrics.compute_surface_distances(reference, prediction, spacing)
        average = metrics.compute_average_surface_distance(distances)
        expected.append({
            "spacing": spacing, "tolerance": tolerance,
            "hausdorff": number(metrics.compute_robust_hausdorff(distances, 100)),
            "hausdorff95": number(metrics.compute_robust_hausdorff(distances, 95)),
            "from_reference": number(average[0]), "from_prediction": number(average[1]),
            "surface_dice": number(metrics.compute_surface_dice_at_tolerance(distances, tolerance)),
        })
    areas = [
        {
            "spacing": spacing,
            "areas": [
                round(float(area), 6)
                for area in lookup_tables.create_table_neighbour_code_to_surface_area(spacing)
            ],
        }
        for spacing in ((1, 1, 1), (3, 2, 1))
    ]
    save_file(arrays, here / "surface_masks.safetensors")
    text = json.dumps({"pairs": expected, "areas": areas}, indent=1)
    (here / "surfaces.json").write_text(text + "\n")
