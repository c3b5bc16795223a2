"""Writes ensembles.json and probabilities.safetensors; see README.md beside this file."""
import json
import pathlib
import pickle
import shutil

import numpy as np
import SimpleITK as sitk
from safetensors.numpy import save_file
from scipy import ndimage

from make_fixtures import CASES, FOLDS, LABELS, REGIONS, SHAPE, reference, root, write
from nnunetv2.evaluation.find_best_configuration import find_best_configuration

here = pathlib.Path(__file__).parent.resolve()
DATASET = "Dataset001_Made"
CONFIGURATIONS = ("2d", "3d_fullres")


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
    for folder in root.iterdir():
        shutil.rmtree(folder)
    structures = [(1, 2), (2,)] if has_regions else [(0,), (1,), (2,)]
    description = {"channel_names": {"0": "MR"}, "labels": labels, "numTraining": CASES,
                   "file_ending": ".nii.gz", "regions_class_order": [1, 2]}
    plans = {"dataset_name": DATASET, "plans_name": "nnUNetPlans",
             "image_reader_writer": "SimpleITKIO",
             "configurations": {"2d": {"architecture": {}}, "3d_fullres": {"architecture": {}}}}
    (root / "preprocessed" / DATASET).mkdir(parents=True)
    (root / "preprocessed" / DATASET / "nnUNetPlans.json").write_text(json.dumps(plans))
    arrays, noise = {}, generator.uniform(0.1, 0.4, size=2)
    for index in range(CASES):
        name = f"case_{index}"
        truth = arrays[f"reference/{name}"] = reference(generator, (True, True))
        for folder in (root / "raw" / DATASET / "labelsTr",
                       root / "preprocessed" / DATASET / "gt_segmentations"):
            write(folder / f"{name}.nii.gz", truth)
        for number, configuration in enumerate(CONFIGURATIONS):
            # The two models split the cases in different ways.
            fold = (index + number) % 3
            maps = probabilities(truth, structures, generator, noise[number])
            arrays[f"{configuration}/fold_{fold}/{name}"] = maps
            model = root / "results" / DATASET / f"nnUNetTrainer__nnUNetPlans__{configuration}"
            folder = model / f"fold_{fold}" / "validation"
            write(folder / f"{name}.nii.gz", decide(maps, has_regions))
            image = sitk.GetImageFromArray(truth)
            properties = {"sitk_stuff": {"spacing": image.GetSpacing(), "origin": image.GetOrigin(),
                                         "direction": image.GetDirection()}}
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(properties))
            np.savez_compressed(folder / f"{name}.npz",
                                probabilities=(maps / 256).astype(np.float32))
            (model / "plans.json").write_text(json.dumps(plans))
            (model / "dataset.json").write_text(json.dumps(description))
    information = find_best_configuration(
        DATASET, tuple({"plans": "nnUNetPlans", "configuration": c, "trainer": "nnUNetTrainer"}
                       for c in CONFIGURATIONS), num_processes=1, folds=FOLDS)
    best = information["best_model_or_ensemble"]
    decision = pathlib.Path(best["postprocessing_file"]).with_suffix(".json")
    return arrays, {
        "labels": labels, "results": list(information["all_results"].values()),
        "best": [model["configuration"] for model in best["selected_model_or_models"]],
        "after": best["result_on_crossval_post_pp"],
        "postprocessing": json.loads(decision.read_text()),
    }


if __name__ == "__main__":
    # The first seeds in which an ensemble and in which a single model wins.
    seen, all_arrays, scenarios = set(), {}, []
    for seed in range(40):
        for labels, has_regions in ((LABELS, False), (REGIONS, True)):
            arrays, outcome = run(seed, labels, has_regions)
            key = (has_regions, len(outcome["best"]))
            if key not in seen:
                seen.add(key)
                for name, array in arrays.items():
                    all_arrays[f"{len(scenarios)}/{name}"] = array
                scenarios.append(outcome)
    save_file(all_arrays, here / "probabilities.safetensors")
    (here / "ensembles.json").write_text(json.dumps(scenarios, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(root)
    for outcome in scenarios:
        print(outcome["best"], outcome["results"], outcome["postprocessing"]["postprocessing_kwargs"])
