"""Writes cascade.safetensors and cascade.json: what nnU-Net hands from one stage of a cascade to the next.

`resample_and_save` decides logits of the first stage on the second one's grid; `convert_labelmap_to_one_hot` makes channels of the
result. Usage: python make_cascade.py   (nnunetv2 2.8.1)
"""
import json
import pathlib

import numpy as np
import torch
from nnunetv2.inference.export_prediction import resample_and_save
from nnunetv2.utilities.label_handling.label_handling import convert_labelmap_to_one_hot
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
from safetensors.numpy import save_file
from scipy.ndimage import gaussian_filter

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)
rng = np.random.default_rng(5)
kwargs = {"is_seg": False, "order": 1, "order_z": 0, "force_separate_z": None}
tensors, entries = {}, []


class Saved:
    result = None

    @staticmethod
    def save_seg(seg, output_file):
        Saved.result = seg


def entry(name, shape, target, spacing, file_spacing, labels, order=None):
    plans = PlansManager({
        "dataset_name": "d", "plans_name": "p", "transpose_forward": [0, 1, 2], "transpose_backward": [0, 1, 2],
        "label_manager": "LabelManager", "configurations": {"3d_lowres": {
            "architecture": {}, "spacing": spacing, "patch_size": [8, 8, 8], "resampling_fn_probabilities": "resample_data_or_seg_to_shape",
            "resampling_fn_probabilities_kwargs": kwargs}}})
    description = {"labels": labels, "file_ending": ".nii.gz", "channel_names": {"0": "x"}}
    if order:
        description["regions_class_order"] = order
    heads = plans.get_label_manager(description).num_segmentation_heads
    logits = np.stack([gaussian_filter(rng.normal(size=shape), 1.1) * 20 for _ in range(heads)]).astype(np.float32)
    resample_and_save(
        torch.from_numpy(logits), list(target), "none", plans, plans.get_configuration("3d_lowres"),
        {"spacing": file_spacing, "shape_after_cropping_and_before_resampling": list(target)}, description, 1, Saved)
    manager = plans.get_label_manager(description)
    tensors[f"{name}.logits"] = logits
    tensors[f"{name}.mask"] = Saved.result.astype(np.int16)
    tensors[f"{name}.channels"] = np.ascontiguousarray(
        convert_labelmap_to_one_hot(Saved.result, manager.foreground_labels, output_dtype=np.uint8))
    entries.append({
        "name": name, "spacing": spacing, "labels": labels, "order": order,
        "foreground": [int(i) for i in manager.foreground_labels]})


plain = {"background": 0, "a": 1, "b": 2}
entry("isotropic", (7, 8, 6), (12, 13, 9), [1.7, 1.7, 1.7], [1, 1, 1], plain)
entry("anisotropic", (5, 9, 8), (9, 13, 12), [6.0, 1.5, 1.5], [3, 1, 1], plain)
entry("regions", (6, 7, 8), (11, 12, 13), [1.7, 1.7, 1.7], [1, 1, 1],
      {"background": 0, "whole": [1, 2, 3], "core": [2, 3], "inner": 3, "ignore": 4}, [1, 2, 3])
save_file(tensors, here / "cascade.safetensors")
(here / "cascade.json").write_text(json.dumps(entries) + "\n")
