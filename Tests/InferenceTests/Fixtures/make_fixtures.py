"""Writes windows.json, gaussians.safetensors, sliding_*.safetensors, export.json/.safetensors and
probabilities.safetensors.

Run in this folder with nnunetv2 2.8.1 installed; seeded, so the same versions give the same bytes.
"""

import json
import os

os.environ.setdefault("nnUNet_raw", "/tmp")
os.environ.setdefault("nnUNet_preprocessed", "/tmp")
os.environ.setdefault("nnUNet_results", "/tmp")

import numpy as np
import torch
from dynamic_network_architectures.architectures.unet import PlainConvUNet
from nnunetv2.inference.export_prediction import (
    convert_predicted_logits_to_segmentation_with_correct_shape,
)
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.inference.sliding_window_prediction import (
    compute_gaussian,
    compute_steps_for_sliding_window,
)
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
from safetensors.numpy import save_file

torch.set_num_threads(1)


def plans(patch, spacing, transpose):
    """A plan with one configuration, as TestSupport's TinyPlan writes it."""
    d = len(patch)
    resampling = "resample_data_or_seg_to_shape"

    def kwargs(seg, order):
        return {"is_seg": seg, "order": order, "order_z": 0, "force_separate_z": None}

    name = "2d" if d == 2 else "3d_fullres"
    return name, {
        "dataset_name": "Dataset001_Tiny",
        "plans_name": "nnUNetPlans",
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": list(transpose),
        "transpose_backward": [int(i) for i in np.argsort(transpose)],
        "label_manager": "LabelManager",
        "configurations": {
            name: {
                "data_identifier": "x",
                "preprocessor_name": "DefaultPreprocessor",
                "batch_size": 2,
                "patch_size": list(patch),
                "spacing": list(spacing),
                "normalization_schemes": ["ZScoreNormalization"],
                "use_mask_for_norm": [False],
                "resampling_fn_data": resampling,
                "resampling_fn_seg": resampling,
                "resampling_fn_probabilities": resampling,
                "resampling_fn_data_kwargs": kwargs(False, 3),
                "resampling_fn_seg_kwargs": kwargs(True, 1),
                "resampling_fn_probabilities_kwargs": kwargs(False, 1),
                "batch_dice": False,
                "architecture": {
                    "network_class_name":
                        "dynamic_network_architectures.architectures.unet.PlainConvUNet",
                    "arch_kwargs": {}, "_kw_requires_import": []},
            }
        },
    }


def windows():
    entries = []
    for image, tile, step in [
        (110, 64, 0.5), (64, 64, 0.5), (65, 64, 0.5), (127, 64, 0.5), (128, 64, 0.5),
        (129, 64, 0.5), (36, 40, 0.5), (57, 56, 0.5), (300, 96, 0.5), (301, 96, 0.5),
        (256, 96, 0.25), (256, 96, 0.75), (256, 96, 1.0), (97, 32, 0.3), (11, 4, 0.5),
        (12, 5, 0.5), (13, 5, 0.9), (999, 112, 0.5), (41, 16, 0.6), (7, 2, 0.5), (33, 7, 0.1),
    ]:
        image = max(image, tile)
        starts = compute_steps_for_sliding_window((image,), (tile,), step)[0]
        entries.append({"image": image, "window": tile, "step": step, "starts": starts})
    with open("windows.json", "w") as file:
        json.dump(entries, file)


def gaussians():
    tensors = {}
    for tile in [(8, 8, 8), (5, 7, 9), (16, 12), (4, 4, 6), (1, 8, 8), (2, 3, 4), (10, 12, 14)]:
        weights = compute_gaussian(tile, value_scaling_factor=10, device=torch.device("cpu"))
        tensors["x".join(map(str, tile))] = weights.float().numpy()
    for tile in [(40, 56, 40), (96, 96, 96), (28, 256, 256)]:
        weights = compute_gaussian(tile, value_scaling_factor=10, device=torch.device("cpu"))
        weights = weights.float().numpy()
        n = min(tile)
        name = "x".join(map(str, tile))
        tensors[name + ".diagonal"] = weights[np.arange(n), np.arange(n), np.arange(n)].copy()
        tensors[name + ".last"] = weights[tile[0] // 2, tile[1] // 2].copy()
        tensors[name + ".corner"] = weights[0, 0].copy()
    save_file(tensors, "gaussians.safetensors")


def sliding(name, patch, shape, transpose=(0, 1, 2)):
    d = len(patch)
    rng = np.random.default_rng(len(name))
    torch.manual_seed(len(name))
    conv, norm = (
        (torch.nn.Conv2d, torch.nn.InstanceNorm2d) if d == 2
        else (torch.nn.Conv3d, torch.nn.InstanceNorm3d)
    )
    network = PlainConvUNet(
        2, 2, (3, 5), conv, 3, [[1] * d, [2] * d], 1, 3, 1, True, norm,
        {"eps": 1e-5, "affine": True}, None, None, torch.nn.LeakyReLU, {"inplace": True}, False,
    )
    folds = []
    tensors = {}
    for fold in range(2):
        for parameter in network.parameters():
            parameter.data = torch.randn_like(parameter) * 0.4
        state = {k: v.clone() for k, v in network.state_dict().items()}
        folds.append(state)
        for key, value in state.items():
            if "all_modules" not in key and not key.startswith("decoder.encoder"):
                tensors[f"fold_{fold}.{key}"] = value.numpy()
    configuration, document = plans(patch, [1.0] * d, transpose)
    manager = PlansManager(document)
    predictor = nnUNetPredictor(
        tile_step_size=0.5, use_gaussian=True, use_mirroring=True,
        perform_everything_on_device=False, device=torch.device("cpu"), allow_tqdm=False)
    predictor.manual_initialization(
        network, manager, manager.get_configuration(configuration), folds,
        {"labels": {"background": 0, "a": 1, "b": 2}, "channel_names": {"0": "x", "1": "y"}},
        "nnUNetTrainer", tuple(range(d)))
    image = rng.standard_normal((2, *shape)).astype(np.float32)
    logits = predictor.predict_logits_from_preprocessed_data(torch.from_numpy(image))
    tensors["image"] = image
    tensors["logits"] = logits.float().numpy()
    save_file(tensors, f"sliding_{name}.safetensors")


def export():
    rng = np.random.default_rng(7)
    labels = {"background": 0, "a": 1, "b": 2}
    regions = {"background": 0, "whole": [1, 2, 3], "core": [2, 3], "enhancing": 3}
    entries, tensors, probabilities = [], {}, {}

    def add(name, spacing, own, shape, box, transpose=(0, 1, 2), regional=False):
        """own: spacing of the image, file order; shape and box: transposed."""
        d = len(spacing)
        configuration, document = plans([8] * d, spacing, transpose)
        manager = PlansManager(document)
        dataset = {"labels": regions if regional else labels, "channel_names": {"0": "x"}}
        if regional:
            dataset["regions_class_order"] = [1, 2, 3]
        label_manager = manager.get_label_manager(dataset)
        cropped = [b - a for a, b in box]
        own_transposed = [own[i] for i in transpose]
        target = spacing if d == 3 else [own_transposed[0], *spacing]
        network = [int(round(o / t * n)) for o, t, n in zip(own_transposed, target, cropped)]
        logits = rng.standard_normal((3, *network)).astype(np.float32)
        properties = {
            "spacing": own,
            "shape_before_cropping": tuple(shape),
            "bbox_used_for_cropping": [list(b) for b in box],
            "shape_after_cropping_and_before_resampling": tuple(cropped),
        }
        result = convert_predicted_logits_to_segmentation_with_correct_shape(
            logits, manager, manager.get_configuration(configuration), label_manager, properties)
        _, saved = convert_predicted_logits_to_segmentation_with_correct_shape(
            logits, manager, manager.get_configuration(configuration), label_manager, properties,
            return_probabilities=True)
        if name in ("cropped", "cyclic", "anisotropic", "slices", "regions"):
            probabilities[name] = np.ascontiguousarray(saved)
        entries.append({
            "name": name, "spacing": spacing, "image_spacing": own, "shape": shape,
            "lower": [a for a, _ in box], "upper": [b for _, b in box],
            "transpose": list(transpose), "regions": regional})
        tensors[name + ".logits"] = logits
        tensors[name + ".labels"] = np.ascontiguousarray(result).astype(np.uint16)

    whole = lambda shape: [[0, n] for n in shape]
    add("identity", [1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [6, 7, 8], whole([6, 7, 8]))
    add("resampled", [1.0, 1.0, 1.0], [1.3, 0.8, 0.7], [6, 11, 12], whole([6, 11, 12]))
    add("cropped", [1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [8, 9, 10], [[1, 6], [0, 7], [3, 10]])
    add("transposed", [1.0, 1.0, 1.0], [0.8, 1.4, 0.9], [9, 7, 10], [[2, 9], [1, 7], [0, 8]],
        (1, 0, 2))
    add("cyclic", [1.5, 1.0, 1.0], [0.8, 0.9, 1.4], [7, 9, 10], [[2, 7], [1, 8], [0, 9]],
        (2, 0, 1))
    add("anisotropic", [5.0, 1.0, 1.0], [6.5, 0.8, 0.7], [5, 11, 12], [[0, 5], [1, 10], [2, 12]])
    add("slices", [1.0, 1.0], [4.0, 0.8, 0.7], [4, 11, 12], [[1, 4], [1, 10], [2, 12]])
    add("regions", [1.0, 1.0, 1.0], [1.3, 0.8, 0.7], [6, 10, 11], [[0, 6], [1, 9], [2, 11]],
        (0, 1, 2), True)
    with open("export.json", "w") as file:
        json.dump(entries, file)
    save_file(tensors, "export.safetensors")
    save_file(probabilities, "probabilities.safetensors")


windows()
gaussians()
sliding("volume", (8, 8, 8), (6, 11, 13))
sliding("slices", (8, 8), (3, 6, 13))
export()
for file in os.listdir("."):
    if file.endswith(".safetensors"):
        os.chmod(file, 0o644)
