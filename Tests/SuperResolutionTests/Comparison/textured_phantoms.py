"""Trains both stages on textured phantoms, and compares what they make of unseen ones with interpolation.

Usage: python textured_phantoms.py PROGRAM WORK [--iterations 1200] [--adversarial-iterations 300] ...   (numpy, SimpleITK)

A phantom holds ellipsoids with sharp edges, each with a texture of its own: noise of a band of frequencies, part of which lies beyond
what the coarse image can show. Coarse images are half as fine along every axis, by k-space truncation. Prints JSON: means of PSNR and SSIM,
in how many phantoms SSIM is above that of cubic interpolation, the seconds of training, and how far the power of the images lies from
the truth's in the upper half of the frequencies: the mean absolute difference in dB over shells of equal frequency.
"""

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk

ELLIPSOIDS = 14


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("work", type=Path)
    for name, value in (("train", 40), ("test", 10), ("size", 64), ("iterations", 1200), ("adversarial-iterations", 300), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def frequencies(size):
    """The length of the frequency of every element of a real Fourier transform, in cycles per voxel."""
    axes = np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size), np.fft.rfftfreq(size), indexing="ij")
    return np.sqrt(sum(axis**2 for axis in axes))


def texture(chance, size, low, high):
    """Noise of deviation 1 whose frequencies lie in a band."""
    spectrum = np.fft.rfftn(chance.normal(size=(size,) * 3))
    length = frequencies(size)
    spectrum[(length < low) | (length > high)] = 0
    noise = np.fft.irfftn(spectrum, (size,) * 3, axes=(0, 1, 2))
    return noise / noise.std()


def phantom(seed, size):
    """Intensities of about 0 to 1000; which ellipsoid fills what share of a voxel is found on a grid twice as fine."""
    chance = np.random.default_rng(seed)
    fine = 2 * size
    places = np.stack(np.meshgrid(*(np.arange(fine, dtype=np.float32) / fine - 0.5 + 0.5 / fine,) * 3, indexing="ij"), -1)
    owner = np.zeros((fine,) * 3, np.int8)
    for number in range(1, ELLIPSOIDS + 1):
        turn, _ = np.linalg.qr(chance.normal(size=(3, 3)))
        # The first is the body that holds the others.
        centre = chance.uniform(-0.3, 0.3, 3) if number > 1 else np.zeros(3)
        radii = chance.uniform(0.06, 0.2, 3) if number > 1 else np.full(3, 0.45)
        owner[((((places - centre) @ turn.astype(np.float32)) / radii) ** 2).sum(-1) <= 1] = number
    image = np.zeros((size,) * 3)
    for number in range(ELLIPSOIDS + 1):
        share = (owner == number).reshape(size, 2, size, 2, size, 2).mean((1, 3, 5))
        level, contrast = (chance.uniform(200, 1000), chance.uniform(10, 50)) if number else (50, 5)
        image += share * (level + contrast * texture(chance, size, 0.04, 0.3))
    return image.astype(np.float32)


def written(folder, seeds, size):
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if not (folder / f"phantom_{seed:03d}.nii.gz").exists():
            sitk.WriteImage(sitk.GetImageFromArray(phantom(seed, size)), str(folder / f"phantom_{seed:03d}.nii.gz"))


def power(path):
    """The mean power of every shell between half the highest frequency and that."""
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(np.float64)
    window = np.hanning(image.shape[0])
    image = (image - image.mean()) * window[:, None, None] * window[None, :, None] * window[None, None, :]
    energy = np.abs(np.fft.rfftn(image)) ** 2
    length = frequencies(image.shape[0])
    edges = np.linspace(0.25, 0.5, 9)
    return np.array([energy[(length >= a) & (length < b)].mean() for a, b in zip(edges, edges[1:])])


def distance(images, name):
    """How far the power of the images of a kind lies from the truth's, in dB."""
    differences = [
        np.abs(10 * np.log10(power(images / name / path.name) / power(path))).mean() for path in sorted((images / "truth").iterdir())]
    return round(float(np.mean(differences)), 3)


options = parsed()
work = options.work
written(work / "train", range(options.train), options.size)
written(work / "test", range(1000, 1000 + options.test), options.size)
preset = json.loads((Path(__file__).parents[3] / "Plans/super-resolution/mri-2x.json").read_text())
preset |= {"slice_widths": [1, 1], "noise_levels": [0, 0], "drift": 0, "gammas": [1, 1]}
(work / "preset.json").write_text(json.dumps(preset))
common = ["--threads", str(options.threads), "--quiet"]
start = time.perf_counter()
subprocess.run(
    [options.program, "upscale", "train", "--images", work / "train", "--output", work / "model", "--preset", work / "preset.json", "--iterations",
     str(options.iterations), "--adversarial-iterations", str(options.adversarial_iterations), *common], check=True)
report = {"training_seconds": round(time.perf_counter() - start), "upper_half_power_distance_db": {}}
for stage in ("reconstruction", "adversarial"):
    result = subprocess.run(
        [options.program, "upscale", "evaluate", "--images", work / "test", "--model", work / "model", "--stage", stage, "--save", work / stage,
         "--report", work / f"{stage}_pictures", "--json", *common], check=True, capture_output=True, text=True)
    mean = json.loads(result.stdout)["mean"]
    report |= {"linear": mean["linear"], "cubic": mean["cubic"]}
    report[stage] = mean["model"] | {"ssim_above_cubic": mean["ssim_above_cubic"], "inconsistency": mean["inconsistency"]}
    report["upper_half_power_distance_db"] |= {stage: distance(work / stage, "model"), "cubic": distance(work / stage, "cubic")}
print(json.dumps(report, indent=4))
