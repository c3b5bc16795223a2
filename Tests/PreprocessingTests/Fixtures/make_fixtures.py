"""Small images, plans for them, and what nnU-Net makes of both.

python make_fixtures.py            every small case, class_locations.json
python make_fixtures.py FOLDER     real_cases.json: statistics of the cases in FOLDER, laid out as DELINEATE_DATA
"""
import glob
import json
import os
import shutil
import sys
import warnings

import numpy as np
import SimpleITK as sitk
from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
from safetensors.numpy import save_file

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))


def plans(spacing, schemes, transpose=(0, 1, 2), mask=False, intensities=None):
    """A plans.json for one configuration, c; three numbers of spacing make it 3-D, two 2-D."""
    dims = len(spacing)
    channels = len(schemes)
    statistics = intensities or {
        "max": 300.0, "mean": 120.5, "median": 118.0, "min": -50.0,
        "percentile_00_5": -20.25, "percentile_99_5": 260.75, "std": 47.3}

    def kwargs(is_seg, order):
        return {"is_seg": is_seg, "order": order, "order_z": 0, "force_separate_z": None}

    resampling = "resample_data_or_seg_to_shape"
    return {
        "dataset_name": "Dataset001_Small",
        "plans_name": "nnUNetPlans",
        "original_median_spacing_after_transp": [1.0, 1.0, 1.0],
        "original_median_shape_after_transp": [16, 16, 16],
        "image_reader_writer": "SimpleITKIO",
        "transpose_forward": list(transpose),
        "transpose_backward": [list(transpose).index(i) for i in range(3)],
        "configurations": {"c": {
            "data_identifier": "nnUNetPlans_c",
            "preprocessor_name": "DefaultPreprocessor",
            "batch_size": 2,
            "patch_size": [16] * dims,
            "median_image_size_in_voxels": [16.0] * dims,
            "spacing": list(spacing),
            "normalization_schemes": list(schemes),
            "use_mask_for_norm": [mask] * channels,
            "resampling_fn_data": resampling,
            "resampling_fn_seg": resampling,
            "resampling_fn_data_kwargs": kwargs(False, 3),
            "resampling_fn_seg_kwargs": kwargs(True, 1),
            "resampling_fn_probabilities": resampling,
            "resampling_fn_probabilities_kwargs": kwargs(False, 1),
            "architecture": {
                "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
                "arch_kwargs": {
                    "n_stages": 2, "features_per_stage": [32, 64],
                    "conv_op": f"torch.nn.modules.conv.Conv{dims}d",
                    "kernel_sizes": [[3] * dims] * 2, "strides": [[1] * dims, [2] * dims],
                    "n_conv_per_stage": [2, 2], "n_conv_per_stage_decoder": [2], "conv_bias": True,
                    "norm_op": f"torch.nn.modules.instancenorm.InstanceNorm{dims}d",
                    "norm_op_kwargs": {"eps": 1e-05, "affine": True},
                    "dropout_op": None, "dropout_op_kwargs": None,
                    "nonlin": "torch.nn.LeakyReLU", "nonlin_kwargs": {"inplace": True}},
                "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"]},
            "batch_dice": False}},
        "experiment_planner_used": "ExperimentPlanner",
        "label_manager": "LabelManager",
        "foreground_intensity_properties_per_channel": {
            str(c): dict(statistics, mean=statistics["mean"] + c) for c in range(channels)},
    }


def dataset(channels, labels=None, order=None):
    description = {
        "channel_names": {str(c): f"c{c}" for c in range(channels)},
        "labels": labels or {"background": 0, "a": 1, "b": 2},
        "numTraining": 1, "file_ending": ".nii.gz"}
    if order:
        description["regions_class_order"] = order
    return description


def blobs(shape, seed, scale=60.0, offset=120.0):
    """Waves and noise, positive and negative, whole numbers."""
    rng = np.random.default_rng(seed)
    z, y, x = np.meshgrid(*[np.arange(n) for n in shape], indexing="ij")
    waves = np.sin(0.7 * x + seed) + np.cos(0.5 * y) * np.sin(0.4 * z + 0.3)
    image = offset + scale * waves + rng.normal(0, 12, shape)
    return np.round(image).astype(np.float32)


def structures(shape, values=(1, 2)):
    """Overlapping balls, one for each label."""
    z, y, x = np.meshgrid(*[np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in shape], indexing="ij")
    labels = np.zeros(shape, np.uint8)
    for index, value in enumerate(values):
        centre = -0.35 + 0.5 * index
        labels[(x - centre) ** 2 + (y + centre) ** 2 + (z - 0.2 * index) ** 2 < 0.32] = value
    return labels


def head(shape):
    """A body with a hole inside it, its surroundings, and a notch that is open to them."""
    z, y, x = np.meshgrid(*[np.arange(n) - n // 2 for n in shape], indexing="ij")
    radius = (x / (shape[2] * 0.36)) ** 2 + (y / (shape[1] * 0.31)) ** 2 + (z / (shape[0] * 0.38)) ** 2
    inside = radius < 1
    inside[(radius < 0.12)] = False
    inside[(abs(z) <= 1) & (abs(y) <= 0) & (x > 3)] = False
    return inside


def case(name, images, labels, spacing, plan, description):
    """Writes the files of one case, and what nnU-Net makes of them; spacing is (z, y, x)."""
    folder = os.path.join(HERE, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    paths = []
    for index, array in enumerate(images):
        paths.append(os.path.join(folder, f"c_{index:04d}.nii.gz"))
        write(array, spacing, paths[-1])
    label_path = None
    if labels is not None:
        label_path = os.path.join(folder, "c.nii.gz")
        write(labels, spacing, label_path)
    json.dump(plan, open(os.path.join(folder, "plans.json"), "w"))
    json.dump(description, open(os.path.join(folder, "dataset.json"), "w"))
    data, seg, properties = run(paths, label_path, plan, description)
    tensors = {"image": data}
    if labels is not None:
        tensors["labels"] = seg[0].astype(np.int16)
        for index, positions in enumerate(locations(properties["class_locations"], seg.shape[1:])):
            tensors[f"locations.{index}"] = positions
    box = np.array(properties["bbox_used_for_cropping"])
    facts = {
        "spacing": list(properties["spacing"]),
        "shape_before_cropping": list(properties["shape_before_cropping"]),
        "shape_after_cropping": list(properties["shape_after_cropping_and_before_resampling"]),
        "box_lower": box[:, 0].tolist(), "box_upper": box[:, 1].tolist()}
    tensors = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
    path = os.path.join(folder, "expected.safetensors")
    save_file(tensors, path, {"properties": json.dumps(facts, default=float)})
    print(name, data.shape, float(data.min()), float(data.max()), np.unique(seg), os.path.getsize(path))


def write(array, spacing, path):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing([float(s) for s in spacing[::-1]])
    image.SetOrigin((5.0, -3.0, 2.0))
    sitk.WriteImage(image, path)


def run(images, labels, plan, description, configuration="c"):
    manager = PlansManager(plan)
    return DefaultPreprocessor(verbose=False).run_case(
        images, labels, manager, manager.get_configuration(configuration), description)


def locations(by_class, shape):
    """Positions in memory in place of coordinates."""
    return [
        np.ravel_multi_index(np.asarray(found).T[1:], shape).astype(np.int32)
        if len(found) else np.zeros(0, np.int32) for found in by_class.values()]


Z, CT, NONE, RESCALE, RGB = (
    name + "Normalization" for name in ("ZScore", "CT", "No", "RescaleTo01", "RGBTo01"))


def small_cases():
    shape = (13, 16, 14)
    one = [blobs(shape, 1)]
    case("joint", one, structures(shape), (1.2, 1.0, 0.9), plans((1.0, 0.8, 0.95), [Z]), dataset(1))
    flat = (7, 19, 17)
    case("separate_current", [blobs(flat, 2)], structures(flat), (5.0, 0.9, 0.8),
         plans((3.5, 0.8, 0.8), [Z]), dataset(1))
    case("separate_new", [blobs(shape, 3)], structures(shape), (1.5, 1.0, 1.0),
         plans((4.0, 0.8, 1.1), [Z]), dataset(1))
    case("transposed_102", [blobs((16, 9, 14), 4)], structures((16, 9, 14)), (1.0, 2.5, 0.9),
         plans((2.0, 1.2, 0.8), [Z], transpose=(1, 0, 2)), dataset(1))
    sagittal = (18, 17, 7)
    case("transposed_201_separate", [blobs(sagittal, 5)], structures(sagittal), (0.9, 0.8, 4.0),
         plans((3.0, 0.8, 0.8), [Z], transpose=(2, 0, 1)), dataset(1))

    shape = (12, 15, 17)
    inside = head(shape)
    masked = [np.where(inside, blobs(shape, 6), 0), np.where(inside, blobs(shape, 7, 5, -40), 0)]
    # Zero in one channel only is inside; a label where everything is zero counts as inside too.
    masked[1][:, 7, 8] = 0
    labels = structures(shape)
    labels[6, 3:12, 8:11] = 2
    case("masked", masked, labels, (1.4, 1.1, 1.0), plans((1.1, 1.0, 0.9), [Z, Z], mask=True, transpose=(1, 0, 2)),
         dataset(2))
    case("masked_unlabelled", masked, None, (1.4, 1.1, 1.0),
         plans((1.1, 1.0, 0.9), [Z, Z], mask=True), dataset(2))
    regions = dataset(1, {"background": 0, "whole": [3, 1, 2], "core": [2, 3], "rim": 1, "absent": [7], "ignore": 8},
                      [1, 2, 3, 7])
    labels = structures(shape, (1, 2, 3))
    labels[4:6] = 8
    case("ct_regions_ignore", [masked[0] * 2 - 100 * inside], labels, (1.4, 1.1, 1.0),
         plans((1.1, 1.0, 0.9), [CT]), regions)

    shape = (8, 11, 10)
    rgb = np.clip(blobs(shape, 9), 0, 255)
    case("rescale_rgb_none_ct", [blobs(shape, 8), rgb, blobs(shape, 10), blobs(shape, 11)], structures(shape),
         (1.3, 1.0, 1.0), plans((1.0, 1.1, 0.9), [RESCALE, RGB, NONE, CT]), dataset(4))
    case("flat_2d", [blobs((6, 18, 15), 12)], structures((6, 18, 15)), (2.0, 1.0, 0.9),
         plans((0.8, 0.8), [Z]), dataset(1))
    case("flat_2d_thick", [blobs((5, 18, 15), 13)], structures((5, 18, 15)), (6.0, 1.0, 0.9),
         plans((0.8, 0.8), [Z]), dataset(1))
    slice_ = np.where(head((9, 22, 24))[4:5], blobs((1, 22, 24), 14), 0)
    case("single_slice", [slice_], structures((1, 22, 24)), (3.0, 1.0, 1.0),
         plans((3.0, 0.8, 0.9), [Z], mask=True), dataset(1))
    case("single_slice_2d", [slice_], structures((1, 22, 24)), (1.0, 1.0, 1.0),
         plans((0.8, 0.9), [Z]), dataset(1))
    case("empty", [np.zeros((4, 5, 6), np.float32)], np.zeros((4, 5, 6), np.uint8), (1.0, 1.0, 1.0),
         plans((0.8, 1.0, 1.0), [Z]), dataset(1))
    case("same_grid", [blobs((9, 10, 11), 15)], structures((9, 10, 11)), (1.0, 1.0, 1.0),
         plans((1.0, 1.0, 1.0), [Z]), dataset(1))


def pattern(count):
    """Labels from -1 to 4 that a test can repeat: common, rare and absent ones."""
    index = np.arange(count, dtype=np.int64)
    mixed = (index * 7919 + (index // 97) * 31) % 1000
    labels = np.full(count, -1, np.int16)
    for label, above in ((0, 100), (1, 600), (2, 900), (3, 995)):
        labels[mixed >= above] = label
    return labels


def checksum(array):
    """The 64-bit FNV-1a hash of an array's bytes."""
    value = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(array).tobytes():
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{value:x}"


def class_locations():
    classes = [1, 2, (3, 1), 4, (-1, 0, 1, 2, 3)]
    result = {"classes": [list(c) if isinstance(c, tuple) else [c] for c in classes], "sizes": []}
    for shape in ((9, 20, 30), (40, 60, 50), (60, 150, 200)):
        labels = pattern(int(np.prod(shape))).reshape(1, *shape)
        found = DefaultPreprocessor._sample_foreground_locations(labels, classes, verbose=False)
        result["sizes"].append({"shape": list(shape), "classes": [
            {"count": len(p), "first": p[:5].tolist(), "last": p[-5:].tolist(), "checksum": checksum(p)}
            for p in locations(found, shape)]})
    json.dump(result, open(os.path.join(HERE, "class_locations.json"), "w"), indent=1)


def real_cases(data):
    """Statistics of whole cases, since the cases themselves stay outside the repository."""
    result = []
    description = json.load(open(f"{data}/reference/plans/hippocampus/dataset.json"))
    plan = json.load(open(f"{data}/reference/plans/hippocampus/plans_default.json"))
    finer = json.loads(json.dumps(plan))
    finer["transpose_forward"], finer["transpose_backward"] = [1, 2, 0], [2, 0, 1]
    finer["configurations"]["3d_fullres"]["spacing"] = [0.7, 1.2, 0.9]
    folder = f"{data}/data/Dataset004_Hippocampus"
    for path in sorted(glob.glob(f"{folder}/labelsTr/*.nii.gz"))[:10]:
        name = os.path.basename(path)[:-7]
        files = [f"data/Dataset004_Hippocampus/imagesTr/{name}_0000.nii.gz"]
        labels = f"data/Dataset004_Hippocampus/labelsTr/{name}.nii.gz"
        for kind, used in (("hippocampus", plan), ("hippocampus_finer", finer)):
            result.append(real_case(data, name, kind, files, labels, used, description, "3d_fullres"))
    names = ["t1", "t1_contrast", "flair", "t2"]
    for kind, spacing, order in (
            ("brain", (5.0, 0.6, 0.6), (0, 1, 2)), ("brain_transposed", (0.7, 6.5, 0.8), (1, 0, 2))):
        used = plans(spacing, [Z, CT, RESCALE, Z], transpose=order, mask=False)
        for name in ("case_a", "case_b"):
            files = [f"data/brain_mri/{name}/{channel}.nii.gz" for channel in names]
            result.append(real_case(data, name, kind, files, None, used, dataset(4), "c"))
    kinds = {"hippocampus_finer": finer, **{
        kind: plans(spacing, [Z, CT, RESCALE, Z], transpose=order) for kind, spacing, order in (
            ("brain", (5.0, 0.6, 0.6), (0, 1, 2)), ("brain_transposed", (0.7, 6.5, 0.8), (1, 0, 2)))}}
    for kind, used in kinds.items():
        json.dump(used, open(os.path.join(HERE, f"plans_{kind}.json"), "w"))
    text = ",\n".join(json.dumps(entry) for entry in result)
    open(os.path.join(HERE, "real_cases.json"), "w").write(f"[\n{text}\n]\n")


def real_case(data, name, kind, files, labels, plan, description, configuration):
    image, seg, properties = run(
        [f"{data}/{f}" for f in files], labels and f"{data}/{labels}", plan, description, configuration)
    entry = {"case": name, "plan": kind, "configuration": configuration, "images": files, "labels": labels,
             "shape": list(image.shape), "box": np.array(properties["bbox_used_for_cropping"]).tolist(),
             "channels": []}
    for channel in image:
        flat = channel.ravel()
        picks = np.linspace(0, flat.size - 1, 9).astype(int)
        entry["channels"].append({
            "mean": float(flat.mean(dtype=np.float64)), "std": float(flat.std(dtype=np.float64)),
            "min": float(flat.min()), "max": float(flat.max()),
            "positions": picks.tolist(), "values": [float(v) for v in flat[picks]]})
    if labels:
        entry["labels_checksum"] = checksum(seg.astype(np.int16))
        entry["labels_counts"] = {str(v): int(n) for v, n in zip(*np.unique(seg, return_counts=True))}
        entry["locations"] = [
            {"count": len(p), "checksum": checksum(p)}
            for p in locations(properties["class_locations"], seg.shape[1:])]
    print(kind, name, image.shape)
    return entry


if __name__ == "__main__":
    if len(sys.argv) > 1:
        real_cases(sys.argv[1])
    else:
        small_cases()
        class_locations()
