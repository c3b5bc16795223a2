"""Writes the fixtures of EvaluationTests; see README.md beside this file."""
import os
import pathlib
import tempfile

import numpy as np
import SimpleITK as sitk
from nnunetv2.evaluation.evaluate_predictions import compute_metrics_on_folder
from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(3)


def label_map(labels, probabilities):
    blocks = generator.choice(labels, size=(4, 5, 4), p=probabilities)
    fine = np.kron(blocks, np.ones((2, 2, 2), dtype=int))
    noise = generator.choice(labels, size=fine.shape, p=probabilities)
    return np.where(generator.random(fine.shape) < 0.1, noise, fine).astype(np.uint8)


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp())
    os.mkdir("reference")
    os.mkdir("prediction")
    arrays = {}
    for index in range(11):
        name = f"case_{index:02d}.nii.gz"
        # Label 3 is absent from some cases, label 4 from all; 5 is the ignore label.
        thirds = 0.1 if index % 3 else 0.0
        for folder, ignored in (("reference", 0.05), ("prediction", 0.0)):
            array = label_map(
                [0, 1, 2, 3, 5], [0.7 - thirds - ignored, 0.2, 0.1, thirds, ignored]
            )
            if folder == "prediction" and index > 2:
                array = np.where(generator.random(array.shape) < 0.8, arrays["reference/" + name], array)
                array[array == 5] = 1
            arrays[f"{folder}/{name}"] = array.astype(np.uint8)
            sitk.WriteImage(sitk.GetImageFromArray(arrays[f"{folder}/{name}"]), f"{folder}/{name}")
    save_file(arrays, here / "label_maps.safetensors")
    compute_metrics_on_folder(
        "reference", "prediction", str(here / "labels.json"), SimpleITKIO(), ".nii.gz",
        [1, 2, 3], num_processes=1)
    compute_metrics_on_folder(
        "reference", "prediction", str(here / "absent_label.json"), SimpleITKIO(), ".nii.gz",
        [0, 1, 4], ignore_label=5, num_processes=1)
    compute_metrics_on_folder(
        "reference", "prediction", str(here / "regions.json"), SimpleITKIO(), ".nii.gz",
        [(1, 2, 3), (2, 3), (3,)], ignore_label=5, num_processes=1)
