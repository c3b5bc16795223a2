"""Writes postprocessings.json and postprocessed_masks.safetensors; see README.md beside this file."""
import json
import pathlib
import shutil

import numpy as np
from nnunetv2.postprocessing.remove_connected_components import determine_postprocessing
from scipy import ndimage

from made_folds import CASES, PLANS, SHAPE, Scenarios, description, largest, root, write

here = pathlib.Path(__file__).parent.resolve()
# Of each kind of dataset, its labels, the values that occur, and how many different decisions are kept.
KINDS = {
    "labels": ({"background": 0, "a": 1, "b": 2, "c": 3}, (1, 2, 3), 4),
    "regions": ({"background": 0, "whole": [1, 2, 3], "core": [2, 3], "centre": [3]}, (1, 2, 3), 3),
    "one label": ({"background": 0, "a": 1}, (1,), 2),
    "ignored": ({"background": 0, "a": 1, "b": 2, "ignore": 3}, (1, 2), 2),
    "absent": ({"background": 0, "a": 1, "b": 2, "c": 3}, (1, 2), 2),
}


def case(generator, values, compact, speckle, ignores):
    """Nested structures, some of one component only, and the same with voxels of wrong values."""
    field = ndimage.gaussian_filter(generator.standard_normal(SHAPE), 1.5)
    truth, inside = np.zeros(SHAPE, np.uint8), np.ones(SHAPE, bool)
    for value, quantile, is_compact in zip(values, np.linspace(0.7, 0.92, len(values)), compact):
        inside = inside & (field > np.quantile(field, quantile))
        if is_compact and inside.any():
            inside = largest(inside)
        truth[inside] = value
    mask = truth.copy()
    wrong = generator.random(SHAPE) < speckle
    mask[wrong] = generator.choice((0,) + values, size=wrong.sum())
    if ignores:
        truth[generator.random(SHAPE) < 0.2] = 3
    return truth, mask


def run(seed, kind):
    generator = np.random.default_rng(seed)
    labels, values, _ = KINDS[kind]
    for folder in root.iterdir():
        shutil.rmtree(folder)
    arrays, speckle = {}, generator.choice((0.01, 0.03, 0.08))
    compact = generator.random(len(values)) < 0.6
    for index in range(CASES):
        truth, mask = case(generator, values, compact, speckle, kind == "ignored")
        for name, array in (("reference", truth), ("prediction", mask)):
            arrays[f"{name}/case_{index}"] = array
            write(root / name / f"case_{index}.nii.gz", array)
    dataset = dict(description(labels), regions_class_order=[1, 2, 3])
    determine_postprocessing(str(root / "prediction"), str(root / "reference"), PLANS, dataset, num_processes=1)
    return arrays, {"labels": labels, "postprocessing": json.loads((root / "prediction" / "postprocessing.json").read_text())}


if __name__ == "__main__":
    # The first seeds that bring different decisions.
    seen, scenarios = set(), Scenarios()
    for kind, (_, _, most) in KINDS.items():
        for seed in range(60):
            if sum(k[0] == kind for k in seen) == most:
                break
            arrays, outcome = run(seed, kind)
            key = (kind, json.dumps(outcome["postprocessing"]["postprocessing_kwargs"]))
            if key not in seen:
                seen.add(key)
                scenarios.add(arrays, outcome)
                print(key)
    scenarios.write(here / "postprocessed_masks.safetensors", here / "postprocessings.json")
