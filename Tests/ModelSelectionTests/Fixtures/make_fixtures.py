"""Writes decisions.json and masks.safetensors; see README.md beside this file."""
import json
import pathlib

import numpy as np

from made_folds import CASES, CONFIGURATIONS, LABELS, REGIONS, SHAPE, Scenarios, begin, find_best, model_folder, reference, write, write_reference

here = pathlib.Path(__file__).parent.resolve()


def prediction(labels, generator, speckles):
    result = labels.copy()
    wrong = generator.random(SHAPE) < generator.choice(speckles)
    result[wrong] = generator.integers(0, 3, size=wrong.sum())
    return result


def run(seed, labels):
    """One dataset with two models: the masks, and what nnU-Net says of them."""
    generator = np.random.default_rng(seed)
    begin(labels)
    arrays = {}
    compact = generator.random(2) < 0.5
    speckles = {"2d": (0.0, 0.03, 0.1), "3d_fullres": (0.0, 0.02, 0.12)}
    for index in range(CASES):
        name = f"case_{index}"
        arrays[f"reference/{name}"] = reference(generator, compact)
        write_reference(name, arrays[f"reference/{name}"])
        for configuration in CONFIGURATIONS:
            mask = prediction(arrays[f"reference/{name}"], generator, speckles[configuration])
            arrays[f"{configuration}/fold_{index % 3}/{name}"] = mask
            write(model_folder(configuration) / f"fold_{index % 3}" / "validation" / f"{name}.nii.gz", mask)
    information, decision = find_best(ensembles=False)
    best = information["best_model_or_ensemble"]
    return arrays, {
        "labels": labels,
        "results": {key.split("__")[2]: value for key, value in information["all_results"].items()},
        "best": best["selected_model_or_models"][0]["configuration"],
        "before": best["result_on_crossval_pre_pp"], "after": best["result_on_crossval_post_pp"],
        "postprocessing": json.loads(decision.read_text()),
    }


if __name__ == "__main__":
    # The first seeds that bring every winner and every different decision.
    seen, scenarios = set(), Scenarios()
    for seed in range(150):
        for kind, labels in (("labels", LABELS), ("regions", REGIONS)):
            arrays, outcome = run(seed, labels)
            key = (kind, json.dumps(outcome["postprocessing"]["postprocessing_kwargs"]))
            if key in seen or (kind == "regions" and sum(k[0] == kind for k in seen) == 3):
                continue
            seen.add(key)
            scenarios.add(arrays, outcome)
            print(outcome["best"], outcome["results"], key)
    scenarios.write(here / "masks.safetensors", here / "decisions.json")
