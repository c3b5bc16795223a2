"""What the comparisons of predictions share: a trained model changed, and both programs run on it."""
import glob
import json
import os
import subprocess
import sys

import SimpleITK
import torch


def load(model):
    return torch.load(f"{model}/fold_0/checkpoint_final.pth", map_location="cpu", weights_only=False)


def save(folder, checkpoint, plans, dataset, fold=0):
    os.makedirs(f"{folder}/fold_{fold}", exist_ok=True)
    for name, document in (("plans", plans), ("dataset", dataset)):
        with open(f"{folder}/{name}.json", "w") as file:
            json.dump(document, file)
    torch.save(checkpoint, f"{folder}/fold_{fold}/checkpoint_final.pth")


def documents(model):
    """The model's plans and dataset description."""
    result = []
    for name in ("plans", "dataset"):
        with open(f"{model}/{name}.json") as file:
            result.append(json.load(file))
    return result


def changed(weights, change):
    """Applies a change once to every weight that is kept under several names."""
    done = {}
    for name, value in list(weights.items()):
        key = (value.data_ptr(), tuple(value.shape))
        if key not in done:
            done[key] = change(name, value)
        weights[name] = done[key]


def noise(share, generator):
    """A change that adds noise, as a share of the weights' spread."""
    return lambda _, v: v + torch.randn(v.shape, generator=generator) * v.std() * share if v.numel() > 1 else v


def theirs(folder, images, output, folds="0", more=()):
    """nnU-Net's masks."""
    subprocess.run(
        [f"{os.path.dirname(sys.executable)}/nnUNetv2_predict_from_modelfolder", "-i", images, "-o", output, "-m", folder, "-f", *folds.split(","),
         "-device", "cpu", "-npp", "1", "-nps", "1", "--disable_progress_bar", *more], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ours(delineate, folder, images, output, folds="0", more=()):
    subprocess.run([delineate, "predict", "--model", folder, "--input", images, "--output", output, "--folds", folds, "--precision", "float32", *more],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def difference(one, other):
    """Cases, voxels in the union of the foregrounds of two folders' masks, and how many voxels differ."""
    union = different = 0
    paths = sorted(glob.glob(f"{one}/*.nii.gz"))
    for path in paths:
        a, b = (SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(f"{folder}/{os.path.basename(path)}")) for folder in (one, other))
        union += int(((a > 0) | (b > 0)).sum())
        different += int((a != b).sum())
    return len(paths), union, different
