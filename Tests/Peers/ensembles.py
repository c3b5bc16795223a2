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
import shutil
import subprocess
import sys

model, images, delineate, work = (os.path.abspath(p) for p in sys.argv[1:5])
os.makedirs(work)  # fails where something is already
os.environ.update({name: work for name in ("nnUNet_results", "nnUNet_raw", "nnUNet_preprocessed")})

import numpy as np  # noqa: E402
import SimpleITK  # noqa: E402
import torch  # noqa: E402
from nnunetv2.ensembling.ensemble import ensemble_folders  # noqa: E402

bin_folder = os.path.dirname(sys.executable)
quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def noisy(folder, noise):
    """A copy of the model with noise on its weights, as a share of their spread."""
    shutil.copytree(model, folder, ignore=lambda _, names: [n for n in names if n.startswith("fold_") or n == "crossval_results"])
    os.makedirs(f"{folder}/fold_0", exist_ok=True)
    checkpoint = torch.load(f"{model}/fold_0/checkpoint_final.pth", map_location="cpu", weights_only=False)
    done, weights = {}, checkpoint["network_weights"]
    for name, value in list(weights.items()):
        key = (value.data_ptr(), tuple(value.shape))
        if key not in done:
            done[key] = value + torch.randn(value.shape) * value.std() * noise if value.numel() > 1 else value
        weights[name] = done[key]
    torch.save(checkpoint, f"{folder}/fold_0/checkpoint_final.pth")


def predict(number):
    folder = f"{work}/model_{number}"
    subprocess.run([f"{bin_folder}/nnUNetv2_predict_from_modelfolder", "-i", images, "-o", f"{work}/theirs_{number}", "-m", folder, "-f", "0", "-device", "cpu",
                    "-npp", "1", "-nps", "1", "--save_probabilities", "--disable_progress_bar"], **quiet)
    subprocess.run([delineate, "predict", "--model", folder, "--input", images, "--output", f"{work}/ours_{number}", "--probabilities", "--precision",
                    "float32"], **quiet)


def compare(whose, numbers):
    inputs = [f"{work}/{whose}_{number}" for number in numbers]
    name = "_".join(map(str, numbers))
    by_nnunet, by_delineate = (f"{work}/{whose}_{name}_by_{program}" for program in ("nnunet", "delineate"))
    ensemble_folders(inputs, by_nnunet, save_merged_probabilities=True, num_processes=1)
    subprocess.run([delineate, "ensemble", "--input", *inputs, "--output", by_delineate, "--probabilities"], **quiet)
    union = different = 0
    largest = 0.0
    for path in sorted(glob.glob(f"{by_nnunet}/*.nii.gz")):
        case = os.path.basename(path).removesuffix(".nii.gz")
        a, b = (SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(f"{folder}/{case}.nii.gz")) for folder in (by_nnunet, by_delineate))
        union += int(((a > 0) | (b > 0)).sum())
        different += int((a != b).sum())
        p, q = (np.load(f"{folder}/{case}.npz")["probabilities"] for folder in (by_nnunet, by_delineate))
        largest = max(largest, float(np.abs(p - q).max()))
    print(json.dumps({"probabilities_of": whose, "models": numbers, "cases": len(glob.glob(f"{by_nnunet}/*.nii.gz")), "union": union,
                      "different": different, "largest_difference_of_probabilities": largest}), flush=True)


# nnU-Net's worker processes load this file again.
if __name__ == "__main__":
    torch.manual_seed(3)
    for number, noise in enumerate((0.0, 0.05, 0.1)):
        noisy(f"{work}/model_{number}", noise)
        predict(number)
    for whose in ("theirs", "ours"):
        for numbers in ((0, 1), (0, 1, 2)):
            compare(whose, numbers)
