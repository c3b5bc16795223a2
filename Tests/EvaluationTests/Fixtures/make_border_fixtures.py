"""Writes borders.json: MONAI's figures of the masks in surface_masks.safetensors; see README.md beside this file."""
import json
import pathlib

import numpy as np
import torch
from monai.metrics import compute_average_surface_distance, compute_hausdorff_distance, compute_surface_dice
from safetensors.numpy import load_file

here = pathlib.Path(__file__).parent.resolve()


def number(value):
    return float(value) if np.isfinite(float(value)) else None


if __name__ == "__main__":
    masks = load_file(here / "surface_masks.safetensors")
    results = []
    for index, pair in enumerate(json.loads((here / "surfaces.json").read_text())["pairs"]):
        reference, prediction = (torch.from_numpy(masks[f"{index}/{name}"].astype(np.float64))[None, None] for name in ("reference", "prediction"))
        if not reference.any() or not prediction.any():
            continue
        if reference.shape[2] == 1:  # or MONAI looks for edges within the slice only
            reference, prediction = (torch.nn.functional.pad(mask, (0, 0, 0, 0, 1, 1)) for mask in (reference, prediction))
        options = {"include_background": True, "spacing": [float(s) for s in pair["spacing"]]}
        results.append({
            "index": index,
            "hausdorff": number(compute_hausdorff_distance(prediction, reference, **options)),
            "hausdorff95": number(compute_hausdorff_distance(prediction, reference, percentile=95, **options)),
            "average": number(compute_average_surface_distance(prediction, reference, symmetric=True, **options)),
            "surface_dice": number(compute_surface_dice(prediction, reference, [pair["tolerance"]], use_subvoxels=False, **options)),
        })
    (here / "borders.json").write_text(json.dumps(results, indent=1) + "\n")
