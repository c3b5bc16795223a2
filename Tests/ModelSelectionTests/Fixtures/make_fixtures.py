"""Writes the fixtures of ModelSelectionTests; see README.md beside this file."""
import json
import multiprocessing
import os
import pathlib
import shutil
import tempfile

here = pathlib.Path(__file__).parent.resolve()
root = pathlib.Path(tempfile.mkdtemp())
for name in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{name}"] = str(root / name)

import numpy as np  # noqa: E402
import SimpleITK as sitk  # noqa: E402
from nnunetv2.evaluation.find_best_configuration import find_best_configuration  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402
from scipy import ndimage  # noqa: E402


class InThisProcess:
    """Stands for a pool of processes, whose start takes longer than the work."""

    def __init__(self, *_):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def starmap(self, function, arguments):
        return [function(*a) for a in arguments]


class Context:
    Pool = InThisProcess


multiprocessing.get_context = lambda *_: Context

SHAPE, CASES, FOLDS = (5, 6, 6), 6, (0, 1, 2)
LABELS = {"background": 0, "liver": 1, "tumour": 2}
REGIONS = {"background": 0, "whole": [1, 2], "tumour": [2]}


def largest(mask):
    numbers, _ = ndimage.label(mask, np.ones((3, 3, 3)))
    return numbers == np.argmax(np.bincount(numbers.ravel())[1:]) + 1


def reference(generator, compact):
    field = ndimage.gaussian_filter(generator.standard_normal(SHAPE), 1.5)
    foreground, tumour = field > np.quantile(field, 0.75), field > np.quantile(field, 0.9)
    if compact[0]:
        foreground = largest(foreground)
    if compact[1]:
        tumour = largest(tumour & foreground)
    return np.where(foreground, np.where(tumour, 2, 1), 0).astype(np.uint8)


def prediction(labels, generator, speckles):
    result = labels.copy()
    wrong = generator.random(SHAPE) < generator.choice(speckles)
    result[wrong] = generator.integers(0, 3, size=wrong.sum())
    return result


def write(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))


def run(seed, labels):
    """One dataset with two models: the masks, and what nnU-Net says of them."""
    generator = np.random.default_rng(seed)
    for folder in root.iterdir():
        shutil.rmtree(folder)
    dataset = "Dataset001_Made"
    description = {"channel_names": {"0": "MR"}, "labels": labels, "numTraining": CASES,
                   "file_ending": ".nii.gz", "regions_class_order": [1, 2]}
    plans = {"dataset_name": dataset, "plans_name": "nnUNetPlans",
             "image_reader_writer": "SimpleITKIO",
             "configurations": {"2d": {"architecture": {}}, "3d_fullres": {"architecture": {}}}}
    (root / "preprocessed" / dataset).mkdir(parents=True)
    (root / "preprocessed" / dataset / "nnUNetPlans.json").write_text(json.dumps(plans))
    arrays = {}
    compact = generator.random(2) < 0.5
    speckles = {"2d": (0.0, 0.03, 0.1), "3d_fullres": (0.0, 0.02, 0.12)}
    for index in range(CASES):
        name = f"case_{index}"
        arrays[f"reference/{name}"] = reference(generator, compact)
        for folder in (root / "raw" / dataset / "labelsTr",
                       root / "preprocessed" / dataset / "gt_segmentations"):
            write(folder / f"{name}.nii.gz", arrays[f"reference/{name}"])
        for configuration in ("2d", "3d_fullres"):
            mask = prediction(arrays[f"reference/{name}"], generator, speckles[configuration])
            arrays[f"{configuration}/fold_{index % 3}/{name}"] = mask
            model = root / "results" / dataset / f"nnUNetTrainer__nnUNetPlans__{configuration}"
            write(model / f"fold_{index % 3}" / "validation" / f"{name}.nii.gz", mask)
            (model / "plans.json").write_text(json.dumps(plans))
            (model / "dataset.json").write_text(json.dumps(description))
    information = find_best_configuration(
        dataset, tuple({"plans": "nnUNetPlans", "configuration": c, "trainer": "nnUNetTrainer"}
                       for c in ("2d", "3d_fullres")),
        allow_ensembling=False, num_processes=1, folds=FOLDS)
    best = information["best_model_or_ensemble"]
    decision = pathlib.Path(best["postprocessing_file"]).with_suffix(".json")
    return arrays, {
        "labels": labels,
        "results": {key.split("__")[2]: value for key, value in information["all_results"].items()},
        "best": best["selected_model_or_models"][0]["configuration"],
        "before": best["result_on_crossval_pre_pp"], "after": best["result_on_crossval_post_pp"],
        "postprocessing": json.loads(decision.read_text()),
    }


if __name__ == "__main__":
    # The first seeds that bring every winner and every different decision.
    seen, all_arrays, scenarios = set(), {}, []
    for seed in range(150):
        for kind, labels in (("labels", LABELS), ("regions", REGIONS)):
            arrays, outcome = run(seed, labels)
            key = (kind, json.dumps(outcome["postprocessing"]["postprocessing_kwargs"]))
            if key in seen or (kind == "regions" and sum(k[0] == kind for k in seen) == 3):
                continue
            seen.add(key)
            for name, array in arrays.items():
                all_arrays[f"{len(scenarios)}/{name}"] = array
            scenarios.append(outcome)
    save_file(all_arrays, here / "masks.safetensors")
    (here / "decisions.json").write_text(json.dumps(scenarios, indent=1, sort_keys=True) + "\n")
    shutil.rmtree(root)
    for outcome in scenarios:
        print(outcome["best"], outcome["results"], outcome["postprocessing"]["postprocessing_kwargs"])
