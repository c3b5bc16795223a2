"""Compares masks of models derived from one that nnU-Net has trained: two folds, regions, and a cascade.

Usage: derived_models.py MODEL IMAGES DELINEATE WORK
MODEL is nnU-Net's folder of a configuration 3d_fullres of one channel and two structures with fold_0/checkpoint_final.pth, IMAGES a
folder of a few images, DELINEATE the program, WORK a new folder for everything else. Run by a Python that has nnunetv2 2.8.1.

Training every kind of model on a CPU takes hours, and masks of networks that have learnt nothing are empty. So the trained network is
altered: a second fold by noise, two regions by differences of its heads, a first stage by a coarser spacing, and a second stage by weights
for the masks. Prints, per model, voxels in the union of foregrounds and how many of them differ."""
import copy
import os
import subprocess
import sys

import torch

model, images, delineate, work = (os.path.abspath(p) for p in sys.argv[1:5])
os.makedirs(work)  # fails where something is already
os.environ.update({name: work for name in ("nnUNet_results", "nnUNet_raw", "nnUNet_preprocessed")})

import programs  # noqa: E402
from programs import changed, documents, load, noise, save  # noqa: E402


def theirs(folder, output, folds="0", more=()):
    programs.theirs(folder, images, output, folds, more)


def ours(folder, output, folds="0"):
    programs.ours(delineate, folder, images, output, folds)


def compare(name, one, other):
    _, union, different = programs.difference(one, other)
    print(f"{name}: {union} voxels in the union, {different} differ", flush=True)


plans, dataset = documents(model)
generator = torch.Generator().manual_seed(3)

# Two folds.
folder = f"{work}/folds"
save(folder, load(model), plans, dataset)
checkpoint = load(model)
changed(checkpoint["network_weights"], noise(0.05, generator))
save(folder, checkpoint, plans, dataset, fold=1)
theirs(folder, f"{work}/folds_theirs", "0,1")
ours(folder, f"{work}/folds_ours", "0,1")
compare("two folds", f"{work}/folds_theirs", f"{work}/folds_ours")

# Regions, and the model imported and exported again.
folder = f"{work}/regions"
checkpoint = load(model)
changed(checkpoint["network_weights"],
        lambda name, v: torch.stack([(v[1] + v[2]) / 2 - v[0], v[2] - (v[0] + v[1]) / 2]) if "seg_layers" in name else v)
regions = dict(dataset, labels={"background": 0, "whole": [1, 2], "second": [2]}, regions_class_order=[1, 2])
checkpoint["init_args"]["dataset_json"].update(labels=regions["labels"], regions_class_order=[1, 2])
save(folder, checkpoint, plans, regions)
theirs(folder, f"{work}/regions_theirs")
ours(folder, f"{work}/regions_ours")
compare("regions", f"{work}/regions_theirs", f"{work}/regions_ours")
subprocess.run([delineate, "model", "import", folder, "--output", f"{work}/imported"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([delineate, "model", "export", f"{work}/imported", "--nnunet", f"{work}/exported"], check=True, stdout=subprocess.DEVNULL)
theirs(f"{work}/exported", f"{work}/exported_theirs")
compare("regions, exported again", f"{work}/regions_theirs", f"{work}/exported_theirs")

# A cascade.
cascade = copy.deepcopy(plans)
low = copy.deepcopy(cascade["configurations"]["3d_fullres"])
low.update(spacing=[1.5 * s for s in low["spacing"]], next_stage="3d_cascade_fullres", data_identifier=f"{plans['plans_name']}_3d_lowres")
cascade["configurations"].update({"3d_lowres": low, "3d_cascade_fullres": {"inherits_from": "3d_fullres", "previous_stage": "3d_lowres"}})
first, second = (f"{work}/nnUNetTrainer__nnUNetPlans__{name}" for name in ("3d_lowres", "3d_cascade_fullres"))
checkpoint = load(model)
checkpoint["init_args"].update(plans=cascade, configuration="3d_lowres")
save(first, checkpoint, cascade, dataset)
changed(checkpoint["network_weights"],
        lambda _, v: torch.cat([v, torch.randn((v.shape[0], 2) + v.shape[2:], generator=generator) * v.std() * 0.1], 1)
        if v.dim() == 5 and v.shape[1] == 1 else v)
checkpoint["init_args"]["configuration"] = "3d_cascade_fullres"
save(second, checkpoint, cascade, dataset)
theirs(first, f"{work}/first_theirs")
ours(first, f"{work}/first_ours")
compare("first stage", f"{work}/first_theirs", f"{work}/first_ours")
theirs(second, f"{work}/second_theirs", more=("-prev_stage_predictions", f"{work}/first_theirs"))
ours(second, f"{work}/second_ours")
compare("both stages", f"{work}/second_theirs", f"{work}/second_ours")
