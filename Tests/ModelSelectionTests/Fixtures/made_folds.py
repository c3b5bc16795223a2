"""Datasets and models in folders of nnU-Net's own, for the scripts of ModelSelectionTests; nnU-Net then works without worker processes."""
import json
import multiprocessing
import os
import pathlib
import shutil
import tempfile

root = pathlib.Path(tempfile.mkdtemp())
for name in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{name}"] = str(root / name)

import numpy as np  # noqa: E402
import SimpleITK as sitk  # noqa: E402
from nnunetv2.evaluation.find_best_configuration import find_best_configuration  # noqa: E402
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

DATASET, CONFIGURATIONS = "Dataset001_Made", ("2d", "3d_fullres")
SHAPE, CASES, FOLDS = (5, 6, 6), 6, (0, 1, 2)
LABELS = {"background": 0, "liver": 1, "tumour": 2}
REGIONS = {"background": 0, "whole": [1, 2], "tumour": [2]}
PLANS = {"dataset_name": DATASET, "plans_name": "nnUNetPlans", "image_reader_writer": "SimpleITKIO",
         "configurations": {configuration: {"architecture": {}} for configuration in CONFIGURATIONS}}


def description(labels):
    return {"channel_names": {"0": "MR"}, "labels": labels, "numTraining": CASES, "file_ending": ".nii.gz",
            "regions_class_order": [1, 2]}


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


def write(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))


def model_folder(configuration, dataset=DATASET):
    return root / "results" / dataset / f"nnUNetTrainer__nnUNetPlans__{configuration}"


def begin(labels):
    """Empties the folders and writes the descriptions of a dataset and its two models."""
    for folder in root.iterdir():
        shutil.rmtree(folder)
    (root / "preprocessed" / DATASET).mkdir(parents=True)
    (root / "preprocessed" / DATASET / "nnUNetPlans.json").write_text(json.dumps(PLANS))
    for configuration in CONFIGURATIONS:
        model_folder(configuration).mkdir(parents=True)
        (model_folder(configuration) / "plans.json").write_text(json.dumps(PLANS))
        (model_folder(configuration) / "dataset.json").write_text(json.dumps(description(labels)))


def reference_folders(dataset=DATASET):
    return root / "raw" / dataset / "labelsTr", root / "preprocessed" / dataset / "gt_segmentations"


def write_reference(name, array):
    for folder in reference_folders():
        write(folder / f"{name}.nii.gz", array)


def properties(image):
    """What nnU-Net keeps beside saved probabilities of an image that SimpleITK reads."""
    return {"sitk_stuff": {"spacing": image.GetSpacing(), "origin": image.GetOrigin(), "direction": image.GetDirection()}}


def find_best(ensembles, dataset=DATASET, folds=FOLDS):
    """What nnU-Net says of the two models, and its postprocessing.json."""
    information = find_best_configuration(
        dataset, tuple({"plans": "nnUNetPlans", "configuration": configuration, "trainer": "nnUNetTrainer"} for configuration in CONFIGURATIONS),
        allow_ensembling=ensembles, num_processes=1, folds=folds)
    decision = pathlib.Path(information["best_model_or_ensemble"]["postprocessing_file"]).with_suffix(".json")
    return information, decision


class Scenarios:
    """Datasets that are kept for the tests, and what nnU-Net says of each."""

    def __init__(self):
        self.arrays, self.outcomes = {}, []

    def add(self, arrays, outcome):
        for name, array in arrays.items():
            self.arrays[f"{len(self.outcomes)}/{name}"] = array
        self.outcomes.append(outcome)

    def write(self, arrays, outcomes):
        from safetensors.numpy import save_file

        save_file(self.arrays, arrays)
        # The order of the labels counts.
        outcomes.write_text(json.dumps([dict(sorted(outcome.items())) for outcome in self.outcomes], indent=1) + "\n")
        shutil.rmtree(root)
