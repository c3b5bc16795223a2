"""Makes the folders that nnU-Net leaves for two tiny networks, and their logits; runs the ONNX files written here.

Usage: python make_fixtures.py          with nnunetv2, to write the fixtures
       python make_fixtures.py onnx     with onnxruntime and onnx, to check plain.onnx and residual.onnx
"""

import json
import pathlib
import sys

import numpy as np

folder = pathlib.Path(__file__).parent
FOLD = {"plain": 0, "residual": "all"}


def plan(name):
    plain = name == "plain"
    axes = 3 if plain else 2
    stages = [4, 6]
    arguments = {
        "n_stages": 2, "features_per_stage": stages, "conv_op": f"torch.nn.modules.conv.Conv{axes}d",
        "kernel_sizes": [[1] + [3] * (axes - 1), [3] * axes], "strides": [[1] * axes, [1] * (axes - 2) + [2, 2]],
        "n_conv_per_stage" if plain else "n_blocks_per_stage": [2, 1] if plain else [1, 2], "n_conv_per_stage_decoder": [1],
        "conv_bias": True, "norm_op": f"torch.nn.modules.instancenorm.InstanceNorm{axes}d",
        "norm_op_kwargs": {"eps": 1e-5, "affine": True}, "dropout_op": None, "dropout_op_kwargs": None,
        "nonlin": "torch.nn.LeakyReLU", "nonlin_kwargs": {"inplace": True},
    }
    resampling = {"is_seg": False, "order": 3, "order_z": 0, "force_separate_z": None}
    configuration = {
        "data_identifier": "nnUNetPlans", "preprocessor_name": "DefaultPreprocessor", "batch_size": 2,
        "patch_size": [8] * axes, "median_image_size_in_voxels": [8] * axes, "spacing": [1.0] * axes,
        "normalization_schemes": ["ZScoreNormalization"], "use_mask_for_norm": [False],
        "resampling_fn_data": "resample_data_or_seg_to_shape", "resampling_fn_seg": "resample_data_or_seg_to_shape",
        "resampling_fn_data_kwargs": resampling, "resampling_fn_seg_kwargs": dict(resampling, is_seg=True, order=1),
        "resampling_fn_probabilities": "resample_data_or_seg_to_shape", "resampling_fn_probabilities_kwargs": dict(resampling, order=1),
        "architecture": {
            "network_class_name": "dynamic_network_architectures.architectures.unet." + ("PlainConvUNet" if plain else "ResidualEncoderUNet"),
            "arch_kwargs": arguments, "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
        },
        "batch_dice": False,
    }
    intensities = {"max": 1.0, "mean": 0.0, "median": 0.0, "min": -1.0, "percentile_00_5": -1.0, "percentile_99_5": 1.0, "std": 1.0}
    return {
        "dataset_name": "Dataset001_Tiny", "plans_name": "nnUNetPlans", "original_median_spacing_after_transp": [1.0] * 3,
        "original_median_shape_after_transp": [8] * 3, "image_reader_writer": "SimpleITKIO", "transpose_forward": [0, 1, 2],
        "transpose_backward": [0, 1, 2], "configurations": {"3d_fullres" if plain else "2d": configuration},
        "experiment_planner_used": "ExperimentPlanner", "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {"0": intensities},
    }


def image(name):
    shape = (1, 1, 8, 8, 8) if name == "plain" else (1, 1, 8, 8)
    return np.random.default_rng(7).standard_normal(shape).astype("f4")


def write(name):
    import torch
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    plans = plan(name)
    configuration, fields = next(iter(plans["configurations"].items()))
    dataset = {"channel_names": {"0": "MR"}, "labels": {"background": 0, "a": 1, "b": 2}, "numTraining": 1, "file_ending": ".nii.gz"}
    architecture = fields["architecture"]
    torch.manual_seed(3)
    network = get_network_from_plans(
        architecture["network_class_name"], architecture["arch_kwargs"], architecture["_kw_requires_import"], 1, 3,
        allow_init=True, deep_supervision=False)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
        pixels = image(name)
        logits = network(torch.from_numpy(pixels)).numpy()
    network.decoder.deep_supervision = True
    target = folder / name
    (target / f"fold_{FOLD[name]}").mkdir(parents=True, exist_ok=True)
    (target / "plans.json").write_text(json.dumps(plans, indent=4))
    (target / "dataset.json").write_text(json.dumps(dataset, indent=4))
    torch.save(
        {
            "network_weights": network.state_dict(), "optimizer_state": None, "grad_scaler_state": None,
            "logging": {"mean_fg_dice": [np.float32(0.5)]}, "_best_ema": np.float32(0.5), "current_epoch": 1,
            "init_args": {"plans": plans, "configuration": configuration, "fold": FOLD[name], "dataset_json": dataset,
                          "device": torch.device("cpu")},
            "trainer_name": "nnUNetTrainer", "inference_allowed_mirroring_axes": (0, 1, 2) if name == "plain" else None,
        },
        target / f"fold_{FOLD[name]}" / "checkpoint_final.pth")
    np.savez_compressed(folder / f"{name}.npz", image=pixels, logits=logits)


def check(name):
    import onnx
    import onnxruntime

    path = str(folder / f"{name}.onnx")
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with np.load(folder / f"{name}.npz") as expected:
        found = session.run(["logits"], {"image": expected["image"]})[0]
        largest = np.abs(expected["logits"]).max()
        worst = np.abs(found - expected["logits"]).max() / largest
    assert worst < 1e-5, worst
    # Batch and spatial axes are free.
    more = np.zeros((2, 1) + (16,) * (found.ndim - 2), "f4")
    assert session.run(None, {"image": more})[0].shape == (2, 3) + (16,) * (found.ndim - 2)
    print(name, "onnxruntime differs by", worst, "of the largest logit")


for name in ("plain", "residual"):
    check(name) if "onnx" in sys.argv else write(name)
