"""Compares a network's logits for one patch, before any window, with those of nnU-Net's network in PyTorch.

Usage: patch_logits.py IMAGE DELINEATE WORK MODEL...
IMAGE is an image of one channel, DELINEATE the program, WORK a new folder, each MODEL a folder of a trained configuration as nnU-Net leaves
it, with fold_0/checkpoint_final.pth. Run by a Python that has nnunetv2 2.8.1.

The middle of the image, normalised, is the patch. Every model is imported and computed in single precision, with its own weights and with
fresh ones. Prints one JSON line per comparison: the largest difference as a share of the largest logit; fails if one is above 1e-4."""
import json
import os
import pathlib
import subprocess
import sys

os.environ.update(OMP_NUM_THREADS="2", **{f"nnUNet_{name}": sys.argv[3] for name in ("raw", "preprocessed", "results")})

import numpy as np  # noqa: E402
import SimpleITK  # noqa: E402
import torch  # noqa: E402
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans  # noqa: E402

image, delineate, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
models = [pathlib.Path(argument).resolve() for argument in sys.argv[4:]]
LIMIT = 1e-4


def patch(size):
    """The middle of the image in a patch of (1, 1, size); what the image lacks is 0."""
    pixels = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(image))).astype("f4")
    pixels = (pixels - pixels.mean()) / pixels.std()
    if len(size) == 2:
        pixels = pixels[len(pixels) // 2]
    result = np.zeros(size, "f4")
    common = [min(a, b) for a, b in zip(size, pixels.shape)]
    middle = tuple(slice((n - m) // 2, (n - m) // 2 + m) for n, m in zip(pixels.shape, common))
    result[tuple(slice(0, m) for m in common)] = pixels[middle]
    return result[None, None]


def compare(model, weights, checkpoint, network, size):
    folder = work / f"{model.parent.name}_{model.name}_{weights}"
    (folder / "theirs" / "fold_0").mkdir(parents=True)
    for name in ("plans.json", "dataset.json"):
        (folder / "theirs" / name).write_text((model / name).read_text())
    checkpoint["network_weights"] = network.state_dict()
    torch.save(checkpoint, folder / "theirs" / "fold_0" / "checkpoint_final.pth")
    pixels = patch(size)
    np.savez(folder / "patch.npz", image=pixels)
    network.decoder.deep_supervision = False
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(pixels)).numpy()
    for arguments in (["import", folder / "theirs", "--output", folder / "ours"],
                      ["logits", folder / "ours", "--input", folder / "patch.npz", "--output", folder / "logits.npz", "--precision", "float32"]):
        subprocess.run([delineate, "model", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    found = np.load(folder / "logits.npz")["logits"]
    assert found.shape == expected.shape, (found.shape, expected.shape)
    difference = float(np.abs(found - expected).max() / np.abs(expected).max())
    print(json.dumps({"model": model.name, "network": type(network).__name__, "weights": weights, "patch": list(pixels.shape),
                      "largest_logit": float(np.abs(expected).max()), "largest_difference_of_largest_logit": difference}), flush=True)
    return difference


torch.set_num_threads(2)
torch.manual_seed(1)
worst = 0
for model in models:
    checkpoint = torch.load(model / "fold_0" / "checkpoint_final.pth", map_location="cpu", weights_only=False)
    plans, dataset = (json.loads((model / name).read_text()) for name in ("plans.json", "dataset.json"))
    configuration = plans["configurations"][checkpoint["init_args"]["configuration"]]
    architecture = configuration["architecture"]
    for weights in ("trained", "fresh"):
        network = get_network_from_plans(
            architecture["network_class_name"], architecture["arch_kwargs"], architecture["_kw_requires_import"], 1,
            len(dataset["labels"]), allow_init=True, deep_supervision=True)
        if weights == "trained":
            network.load_state_dict(checkpoint["network_weights"])
        worst = max(worst, compare(model, weights, checkpoint, network, configuration["patch_size"]))
if worst > LIMIT:
    sys.exit(f"the largest difference is {worst}, more than {LIMIT}")
