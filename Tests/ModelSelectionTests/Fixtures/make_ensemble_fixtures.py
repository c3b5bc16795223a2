"""Writes ensembles.json and probabilities.safetensors; see README.md beside this file."""
import json
import pathlib
import pickle

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from made_folds import CASES, CONFIGURATIONS, LABELS, REGIONS, SHAPE, Scenarios, begin, find_best, model_folder, properties, reference, write, write_reference

here = pathlib.Path(__file__).parent.resolve()


def probabilities(labels, structures, generator, noise):
    """Multiples of 1/256, one map per class or region."""
    maps = np.stack([np.isin(labels, structure) for structure in structures]).astype(float)
    blurred = np.stack([ndimage.gaussian_filter(m, 0.5) for m in maps])
    noisy = blurred + noise * generator.standard_normal(maps.shape)
    return np.clip(np.round(noisy * 256), 0, 255).astype(np.uint8)


def decide(maps, has_regions):
    if not has_regions:
        return np.argmax(maps, axis=0).astype(np.uint8)
    result = np.zeros(SHAPE, np.uint8)
    for index, value in enumerate((1, 2)):
        result[maps[index] > 128] = value
    return result


def run(seed, labels, has_regions):
    generator = np.random.default_rng(seed)
    begin(labels)
    structures = [(1, 2), (2,)] if has_regions else [(0,), (1,), (2,)]
    arrays, noise = {}, generator.uniform(0.1, 0.4, size=2)
    for index in range(CASES):
        name = f"case_{index}"
        truth = arrays[f"reference/{name}"] = reference(generator, (True, True))
        write_reference(name, truth)
        for number, configuration in enumerate(CONFIGURATIONS):
            # The two models split the cases in different ways.
            fold = (index + number) % 3
            maps = probabilities(truth, structures, generator, noise[number])
            arrays[f"{configuration}/fold_{fold}/{name}"] = maps
            folder = model_folder(configuration) / f"fold_{fold}" / "validation"
            write(folder / f"{name}.nii.gz", decide(maps, has_regions))
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(properties(sitk.GetImageFromArray(truth))))
            np.savez_compressed(folder / f"{name}.npz", probabilities=(maps / 256).astype(np.float32))
    information, decision = find_best(ensembles=True)
    best = information["best_model_or_ensemble"]
    return arrays, {
        "labels": labels, "results": list(information["all_results"].values()),
        "best": [model["configuration"] for model in best["selected_model_or_models"]],
        "after": best["result_on_crossval_post_pp"],
        "postprocessing": json.loads(decision.read_text()),
    }


if __name__ == "__main__":
    # The first seeds in which an ensemble and in which a single model wins.
    seen, scenarios = set(), Scenarios()
    for seed in range(40):
        for labels, has_regions in ((LABELS, False), (REGIONS, True)):
            arrays, outcome = run(seed, labels, has_regions)
            key = (has_regions, len(outcome["best"]))
            if key not in seen:
                seen.add(key)
                scenarios.add(arrays, outcome)
                print(outcome["best"], outcome["results"], outcome["postprocessing"]["postprocessing_kwargs"])
    scenarios.write(here / "probabilities.safetensors", here / "ensembles.json")
