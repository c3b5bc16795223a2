"""Trains the super-resolution generator in PyTorch beside `delineate upscale train`: same start, same samples in the same order, same steps.

Usage: python upscaling_twin.py TRAIN TEST WORK --delineate PROGRAM [--iterations 300] [--images 150] [--cases 50]   (torch, scipy, safetensors, SimpleITK)

TRAIN and TEST are folders of images. Both learn mri-2x without noise and changes of contrast. The twin's weights go into a copy of the program's
model, so that one program scores both: prints seconds per step and mean PSNR and SSIM as JSON.
"""

import argparse
import json
import math
import subprocess
import time
from functools import cache
from pathlib import Path

import numpy as np
import SimpleITK as sitk
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file
from scipy import ndimage

PADDING, MARGIN, MASK = 16, 8, (1 << 64) - 1

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("train", type=Path)
parser.add_argument("test", type=Path)
parser.add_argument("work", type=Path)
parser.add_argument("--delineate", required=True)
parser.add_argument("--iterations", type=int, default=300)
parser.add_argument("--images", type=int, default=150)
parser.add_argument("--cases", type=int, default=50)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--precision", default="bfloat16", choices=("bfloat16", "float32"))
options = parser.parse_args()
torch.set_num_threads(options.threads)


class SplitMix64:
    """The program's generator of random numbers, and how Swift's library draws whole numbers with it."""

    def __init__(self, seed, *stream):
        self.state = seed & MASK
        for coordinate in stream:
            self.state = self.next() ^ (coordinate * 0xD1B54A32D192ED03 & MASK)
        self.state = self.next()

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return z ^ (z >> 31)

    def below(self, bound):
        product = self.next() * bound
        if product & MASK < bound:
            while product & MASK < (1 << 64) % bound:
                product = self.next() * bound
        return product >> 64

    def chance(self):
        return (self.next() >> 40) / (1 << 24) < 0.5


@cache
def truncation(length):
    """The low half of the frequencies of a reflected line, at the centres of pairs of voxels."""
    padded = np.pad(np.eye(length), ((PADDING, PADDING), (0, 0)), mode="symmetric")
    n = len(padded)
    kept = round(n / 2)
    k = np.fft.fftfreq(n, 1 / n)
    weight = np.where(np.abs(k) < kept / 2, 1.0, np.where(np.abs(k) == kept / 2, 0.5, 0.0))
    centres = PADDING + 2 * np.arange(length // 2) + 0.5
    return ((np.exp(2j * np.pi * np.outer(centres, k) / n) * weight) @ np.fft.fft(padded, axis=0) / n).real


@cache
def interpolation(length):
    places = (np.arange(2 * length) + 0.5) / 2 - 0.5
    return np.stack([ndimage.map_coordinates(column, [places], order=3, mode="mirror") for column in np.eye(length)], 1)


def mapped(image, matrices):
    for axis, matrix in enumerate(matrices):
        image = np.moveaxis(np.tensordot(matrix, image, (1, axis)), 0, axis)
    return image


def normalised(path, patch):
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(path), sitk.sitkFloat32))
    low, high = np.percentile(image, (0.5, 99.5))
    image = (image - low) / (high - low)
    for axis, length in enumerate(image.shape):
        wanted = max(length // 2 * 2, patch)
        image = image.take(range(min(length, wanted)), axis)
        image = np.pad(image, [(0, wanted - image.shape[axis] if a == axis else 0) for a in range(3)], mode="symmetric")
    return image


def batch(images, iteration, count, patch, seed=1):
    samples = []
    for index in range(count):
        chance = SplitMix64(seed, iteration, index)
        image = images[chance.below(len(images))]
        region, inner = [], []
        for length in image.shape:
            first = chance.below(length // 2 - patch // 2 + 1)
            start, end = max(0, first - MARGIN), min(length // 2, first + patch // 2 + MARGIN)
            region.append(slice(2 * start, 2 * end))
            inner.append(first - start)
        fine = image[tuple(region)]
        coarse = mapped(fine, [truncation(n) for n in fine.shape])
        smooth = mapped(coarse, [interpolation(n) for n in coarse.shape])
        flips = [axis for axis in range(3) if chance.chance()]

        def cut(array, factor):
            return np.flip(array[tuple(slice(factor * i, factor * (i + patch // 2)) for i in inner)], flips).astype(np.float32)

        samples.append((cut(coarse, 1), cut(smooth, 2), cut(fine, 2)))
    return [torch.from_numpy(np.stack(parts))[:, None] for parts in zip(*samples)]


def generator(x, w, blocks):
    def conv(x, name):
        return F.conv3d(x, w[f"{name}.weight"], w[f"{name}.bias"], padding=1)

    def act(x):
        return F.leaky_relu(x, 0.2)

    shallow = deep = conv(x, "stem")
    for block in range(blocks):
        deep = deep + conv(act(conv(deep, f"blocks.{block}.first")), f"blocks.{block}.second")
    deep = conv(deep, "fusion") + shallow
    fine = act(F.conv_transpose3d(deep, w["upsampling.weight"], w["upsampling.bias"], stride=2))
    return F.conv3d(act(conv(fine, "refinement")), w["head.weight"], w["head.bias"])


def run(*command):
    return subprocess.run([options.delineate, "upscale", *map(str, command), "--quiet", "--threads", str(options.threads)], check=True, capture_output=True, text=True).stdout


def ours(name, **changes):
    preset = json.loads((Path(__file__).parents[2] / "Plans/super-resolution/mri-2x.json").read_text())
    preset |= {"noise_levels": [0, 0], "drift": 0, "gammas": [1, 1], "slice_widths": [1, 1], "adversarial_iterations": 0} | changes
    path = options.work / f"{name}.json"
    path.write_text(json.dumps(preset))
    run("train", "--images", *training, "--output", options.work / name, "--preset", path, "--precision", options.precision)
    return preset, options.work / name / "model_reconstruction.safetensors"


def scores(model):
    mean = json.loads(run("evaluate", "--images", *testing, "--model", model, "--json"))["mean"]
    return {"psnr_db": round(mean["model"]["psnr_db"], 3), "ssim": round(mean["model"]["ssim"], 4), "cubic_psnr_db": round(mean["cubic"]["psnr_db"], 3)}


options.work.mkdir(parents=True, exist_ok=True)
training = sorted(options.train.glob("*.nii.gz"))[: options.images]
testing = sorted(options.test.glob("*.nii.gz"))[: options.cases]
# One step too small to change anything leaves the start.
_, start = ours("start", iterations=1, learning_rate=1e-8)
preset, end = ours("ours", iterations=options.iterations)
log = [json.loads(line) for line in (options.work / "ours/training_log.jsonl").read_text().splitlines()]
print(json.dumps({"program": "delineate", "seconds_per_step": round(sum(line["seconds"] for line in log) / options.iterations, 4)} | scores(end)), flush=True)

with safe_open(start, "pt") as file:
    weights = {name: file.get_tensor(name).requires_grad_() for name in file.keys()}
with safe_open(end, "pt") as file:
    metadata = file.metadata()
patch = preset["patch_xyz"][0]
images = [normalised(path, patch) for path in training]
optimiser = torch.optim.Adam(weights.values(), preset["learning_rate"], (0.9, 0.99))
averages = {name: tensor.detach().clone() for name, tensor in weights.items()}
seconds, absolute = 0.0, []
for iteration in range(options.iterations):
    coarse, smooth, fine = batch(images, iteration, preset["batch"], patch)
    begin = time.perf_counter()
    optimiser.param_groups[0]["lr"] = preset["learning_rate"] * 0.5 * (1 + math.cos(math.pi * iteration / options.iterations))
    with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16"):
        residual = generator(coarse, weights, preset["blocks"])
    loss = (residual.float() + smooth - fine).abs().mean()
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weights.values(), 1)
    optimiser.step()
    share = max(0.001, 9 / (10 + iteration))
    with torch.no_grad():
        for name, tensor in weights.items():
            averages[name] += share * (tensor - averages[name])
    seconds += time.perf_counter() - begin
    absolute.append(loss.item())
twin = options.work / "twin"
twin.mkdir(exist_ok=True)
save_file(averages, twin / "model_reconstruction.safetensors", metadata)
first = log[0]
print(json.dumps({"program": "PyTorch", "seconds_per_step": round(seconds / options.iterations, 4)} | scores(twin / "model_reconstruction.safetensors")))
print(json.dumps({"mean_difference_of_the_first_steps": {"delineate": first["absolute_difference"], "PyTorch": float(np.mean(absolute[: first["iteration"]]))}}))
