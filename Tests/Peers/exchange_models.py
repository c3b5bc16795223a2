"""Exchanges models with nnU-Net v2 and compares the masks, on CPU.

For each architecture and configuration a network is trained here, nnU-Net goes on from its weights for a few iterations (all that it would
learn on a CPU in minutes is background), and then
- the model is imported, and masks of its test cases are compared with nnU-Net's own (float32 and bfloat16),
- the imported model is exported again, and nnU-Net's masks from it are compared with its own, byte for byte,
- the archive is installed by nnU-Net,
- the ONNX file's logits are compared with PyTorch's, where onnxruntime is installed,
- the model that was trained here is exported, and nnU-Net's masks from it are compared with ours.

Usage: python exchange_models.py DATASET WORK --delineate PROGRAM [--only NAME] [--trained FOLDER] [--epochs 30] [--iterations 10]
DATASET is an nnU-Net dataset; thirty of its cases train and five others are segmented. WORK keeps what was made; what is there is not made again.
Prints one JSON line per comparison. Needs nnunetv2 2.8.1.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess

parser = argparse.ArgumentParser()
parser.add_argument("dataset", type=pathlib.Path)
parser.add_argument("work", type=pathlib.Path)
parser.add_argument("--delineate", required=True)
parser.add_argument("--only")
parser.add_argument("--trained", type=pathlib.Path, help="a folder with fold_0 that nnU-Net has trained longer")
parser.add_argument("--trained-configuration", default="3d_fullres")
parser.add_argument("--epochs", type=int, default=30, help="epochs of 25 steps that a network is trained here; residual ones learn nothing in 12")
parser.add_argument("--iterations", type=int, default=10, help="steps of nnU-Net")
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()
work = arguments.work.resolve()
for name in ("raw", "preprocessed", "results"):
    (work / name).mkdir(parents=True, exist_ok=True)
    os.environ[f"nnUNet_{name}"] = str(work / name)
os.environ.update(nnUNet_compile="f", nnUNet_n_proc_DA="1", OMP_NUM_THREADS=str(arguments.threads))

import numpy as np
import SimpleITK
import torch
from nnunetv2.experiment_planning.plan_and_preprocess_api import extract_fingerprints, plan_experiments, preprocess
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.model_sharing.model_import import install_model_from_zip_file
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

torch.set_num_threads(arguments.threads)
NAME = "Dataset904_Exchange"
# Of each architecture: the preset here, and nnU-Net's planner with the name of its plans.
PLANNERS = {"plain": ("default", "ExperimentPlanner", "nnUNetPlans"), "residual": ("resenc-m", "nnUNetPlannerResEncM", "nnUNetResEncUNetMPlans")}
BATCH_SIZES = {"3d_fullres": 2, "2d": 12}
raw, images = work / "raw" / NAME, work / "images"


def make_dataset():
    if raw.exists():
        return
    names = sorted(path.name.removesuffix(".nii.gz") for path in (arguments.dataset / "labelsTr").glob("*.nii.gz"))
    images.mkdir(exist_ok=True)
    for name in names[30:35]:
        shutil.copy(arguments.dataset / "imagesTr" / f"{name}_0000.nii.gz", images)
    for folder in ("imagesTr", "labelsTr"):
        (raw / folder).mkdir(parents=True)
    for name in names[:30]:
        shutil.copy(arguments.dataset / "imagesTr" / f"{name}_0000.nii.gz", raw / "imagesTr")
        shutil.copy(arguments.dataset / "labelsTr" / f"{name}.nii.gz", raw / "labelsTr")
    description = json.loads((arguments.dataset / "dataset.json").read_text())
    (raw / "dataset.json").write_text(json.dumps(dict(description, numTraining=30)))


def learn_here(preset, configuration):
    """Trains a network here; returns its model in nnU-Net's files."""
    workspace = work / "learnt" / f"{preset}_{configuration}"
    exported = workspace / "nnunet"
    if not exported.exists():
        delineate("plan", raw, "--workspace", workspace, "--preset", preset)
        delineate("train", raw, "--workspace", workspace, "--configuration", configuration, "--epochs", arguments.epochs,
                  "--iterations", 25, "--batch-size", BATCH_SIZES[configuration])
        delineate("model", "export", workspace / "models" / configuration, "--nnunet", exported)
    return exported


def train(architecture, configuration):
    """Trains here, and then for a few iterations in nnU-Net; returns the folder that nnU-Net leaves."""
    preset, planner, plans_name = PLANNERS[architecture]
    folder = work / "results" / NAME / f"nnUNetTrainer__{plans_name}__{configuration}"
    if (folder / "fold_0" / "checkpoint_final.pth").exists():
        return folder
    extract_fingerprints([904], num_processes=1, check_dataset_integrity=False, clean=False)
    plan_experiments([904], experiment_planner_class_name=planner)
    preprocess([904], plans_name, (configuration,), (1,))
    plans = json.loads((work / "preprocessed" / NAME / f"{plans_name}.json").read_text())
    plans["configurations"][configuration]["batch_size"] = BATCH_SIZES[configuration]
    learnt = torch.load(learn_here(preset, configuration) / "fold_0" / "checkpoint_final.pth", map_location="cpu", weights_only=False)
    os.environ["nnUNet_n_proc_DA"] = "0"  # No worker processes in training; planning wants one.
    torch.manual_seed(1)
    plans["continue_training"] = False
    trainer = nnUNetTrainer(plans, configuration, 0, json.loads((raw / "dataset.json").read_text()), device=torch.device("cpu"))
    trainer.num_epochs, trainer.num_iterations_per_epoch, trainer.num_val_iterations_per_epoch = 1, arguments.iterations, 2
    trainer.initialize()
    trainer.network.load_state_dict(learnt["network_weights"])
    trainer.run_training()
    os.environ["nnUNet_n_proc_DA"] = "1"
    return folder


def network_of(folder, weights):
    plans, dataset = (json.loads((folder / name).read_text()) for name in ("plans.json", "dataset.json"))
    architecture = plans["configurations"][weights["init_args"]["configuration"]]["architecture"]
    network = get_network_from_plans(
        architecture["network_class_name"], architecture["arch_kwargs"], architecture["_kw_requires_import"], 1,
        len(dataset["labels"]), allow_init=False, deep_supervision=False)
    network.load_state_dict(weights["network_weights"])
    return network.eval()


def segment(folder, target, sums=torch.float16):
    """nnU-Net's masks of the test cases; it adds up logits in half precision unless told otherwise."""
    if list(target.glob("*.nii.gz")):
        return target
    target.mkdir(parents=True, exist_ok=True)
    predictor = nnUNetPredictor(device=torch.device("cpu"), perform_everything_on_device=False, allow_tqdm=False)
    predictor.initialize_from_trained_model_folder(str(folder), (0,), "checkpoint_final.pth")
    half, torch.half = torch.half, sums
    predictor.predict_from_files_sequential(str(images), str(target), save_probabilities=False)
    torch.half = half
    return target


def delineate(*parts):
    subprocess.run([arguments.delineate, *map(str, parts), "--quiet"], check=True, stdout=subprocess.DEVNULL)


def segment_here(model, target, precision):
    shutil.rmtree(target, ignore_errors=True)
    delineate("predict", "--model", model, "--input", images, "--output", target, "--precision", precision)
    return target


def compare(what, found, expected):
    """Agreement within the union of the foregrounds, and the Dice of every label, over all cases."""
    cases = sorted(path.name for path in expected.glob("*.nii.gz"))
    agreements, dice, foreground = [], [], 0
    for case in cases:
        a, b = (SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(folder / case))) for folder in (found, expected))
        union = (a > 0) | (b > 0)
        foreground += int(union.sum())
        agreements.append(float((a == b)[union].mean()) if union.any() else 1.0)
        for label in np.unique(b[b > 0]):
            dice.append(float(2 * ((a == label) & (b == label)).sum() / ((a == label).sum() + (b == label).sum())))
    print(json.dumps({"comparison": what, "cases": len(cases), "foreground_voxels": foreground, "least_agreement": min(agreements),
                      "mean_agreement": float(np.mean(agreements)), "least_dice": min(dice, default=None),
                      "identical": all(value == 1 for value in agreements) and foreground > 0}), flush=True)


def compare_onnx(what, file, folder, configuration):
    try:
        import onnxruntime
    except ImportError:
        return
    network = network_of(folder, torch.load(folder / "fold_0" / "checkpoint_final.pth", map_location="cpu", weights_only=False))
    patch_size = json.loads((folder / "plans.json").read_text())["configurations"][configuration]["patch_size"]
    image = np.random.default_rng(0).standard_normal((1, 1, *patch_size)).astype("f4")
    with torch.no_grad():
        expected = network(torch.from_numpy(image)).numpy()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    found = session.run(["logits"], {"image": image})[0]
    print(json.dumps({"comparison": what, "largest_difference_of_largest_logit":
                      float(np.abs(found - expected).max() / np.abs(expected).max())}), flush=True)


def exchange(name, original, configuration):
    own = segment(original, work / "masks" / name / "nnunet")
    exact = segment(original, work / "masks" / name / "nnunet_float32", torch.float32)
    here = work / "here" / name
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    delineate("model", "import", original, "--output", here / "model")
    for precision in ("float32", "bfloat16"):
        compare(f"{name}: imported, {precision}", segment_here(here / "model", here / precision, precision), own)
    compare(f"{name}: imported, float32, nnU-Net's sums in float32 too", here / "float32", exact)
    compare(f"{name}: nnU-Net's own, sums in half and in single precision", own, exact)
    compare(f"{name}: folder as it is", segment_here(original, here / "direct", "float32"), own)
    delineate("model", "export", here / "model", "--nnunet", here / "nnunet", "--zip", here / "model.zip", "--onnx", here / "model.onnx")
    compare(f"{name}: exported again", segment(here / "nnunet", here / "again"), own)
    os.environ["nnUNet_results"] = str(here / "installed")
    import nnunetv2.model_sharing.model_import as model_import

    model_import.nnUNet_results = str(here / "installed")
    (here / "installed").mkdir()
    install_model_from_zip_file(str(here / "model.zip"))
    compare(f"{name}: installed from the archive", segment(installed_folder(here / "installed"), here / "unpacked"), own)
    compare_onnx(f"{name}: ONNX", here / "model.onnx", original, configuration)


def installed_folder(results):
    """The only trained configuration in a folder."""
    return next(results.glob("Dataset*/*__*"))


def exchange_learnt_here(name, preset, configuration):
    exported = learn_here(preset, configuration)
    model = exported.parent / "models" / configuration
    compare(f"{name}: trained here", segment(exported, work / "masks" / name / "learnt"),
            segment_here(model, work / "here" / name / "learnt", "float32"))


# nnU-Net's worker processes load this file again.
if __name__ == "__main__":
    make_dataset()
    for architecture, (preset, *_) in PLANNERS.items():
        for configuration in BATCH_SIZES:
            name = f"{architecture}_{configuration}"
            if arguments.only in (None, name):
                exchange(name, train(architecture, configuration), configuration)
                exchange_learnt_here(name, preset, configuration)
    if arguments.trained is not None:
        exchange("trained_by_nnunet", arguments.trained.resolve(), arguments.trained_configuration)
