"""Compares `delineate ensemble` with nnU-Net's ensembling, on probabilities of real images.

Usage: ensembles.py MODEL IMAGES DELINEATE WORK
MODEL is nnU-Net's folder of a trained configuration with fold_0/checkpoint_final.pth, IMAGES a folder of a few images, DELINEATE the
program, WORK a new folder for everything else. Run by a Python that has nnunetv2 2.8.1.

Two more models are the trained one with noise on its weights. nnU-Net predicts with all three and saves the probabilities, and so does
delineate; each program then ensembles each set of folders, two and three at a time. Prints, per set, voxels in the union of the foregrounds,
how many of them differ, and the largest difference of the averaged probabilities."""
import glob
import json
import os
import subprocess
import sys

model, images, delineate, work = (os.path.abspath(p) for p in sys.argv[1:5])
os.environ.update({name: work for name in ("nnUNet_results", "nnUNet_raw", "nnUNet_preprocessed")})

import numpy as np  # noqa: E402
import torch  # noqa: E402
from nnunetv2.ensembling.ensemble import ensemble_folders  # noqa: E402

from programs import changed, difference, documents, load, noise, ours, save, theirs  # noqa: E402


def predict(number, share, generator):
    """Predictions of both programs by a model with noise on its weights."""
    folder, checkpoint = f"{work}/model_{number}", load(model)
    if share > 0:
        changed(checkpoint["network_weights"], noise(share, generator))
    save(folder, checkpoint, *documents(model))
    theirs(folder, images, f"{work}/theirs_{number}", more=["--save_probabilities"])
    ours(delineate, folder, images, f"{work}/ours_{number}", more=["--probabilities"])


def compare(whose, numbers):
    inputs = [f"{work}/{whose}_{number}" for number in numbers]
    by_nnunet, by_delineate = (f"{work}/{whose}_{'_'.join(map(str, numbers))}_by_{program}" for program in ("nnunet", "delineate"))
    ensemble_folders(inputs, by_nnunet, save_merged_probabilities=True, num_processes=1)
    subprocess.run([delineate, "ensemble", "--input", *inputs, "--output", by_delineate, "--probabilities", "--quiet"], check=True,
                   stdout=subprocess.DEVNULL)
    cases, union, different = difference(by_nnunet, by_delineate)
    largest = 0.0
    for path in glob.glob(f"{by_nnunet}/*.npz"):
        a, b = (np.load(f"{folder}/{os.path.basename(path)}")["probabilities"] for folder in (by_nnunet, by_delineate))
        largest = max(largest, float(np.abs(a - b).max()))
    print(json.dumps({"probabilities_of": whose, "models": numbers, "cases": cases, "union": union, "different": different,
                      "largest_difference_of_probabilities": largest}), flush=True)


# nnU-Net's worker processes load this file again.
if __name__ == "__main__":
    os.makedirs(work)  # fails where something is already
    generator = torch.Generator().manual_seed(3)
    for number, share in enumerate((0.0, 0.05, 0.1)):
        predict(number, share, generator)
    for whose in ("theirs", "ours"):
        for numbers in ((0, 1), (0, 1, 2)):
            compare(whose, numbers)
