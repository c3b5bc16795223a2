"""The fingerprint of two small cases by nnU-Net's own functions: small_fingerprint.json.

usage: make_fingerprint.py TARGET
"""
import json, os, sys

for name in ("raw", "preprocessed", "results"):
    os.environ[f"nnUNet_{name}"] = "/tmp"
import numpy as np
from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor as E
from nnunetv2.preprocessing.cropping.cropping import crop_to_nonzero

index = np.arange(60).reshape(3, 4, 5)
samples, shapes, sizes = [], [], []
for case in range(2):
    images = np.stack([(index * 7 + channel * 3 + case) % 23 + 1 for channel in range(2)]).astype(np.float32)
    if case == 0:
        images[..., 0] = 0
    labels = (index % 4 == 0).astype(np.int8)[None]
    images_cropped, labels_cropped, _ = crop_to_nonzero(images, labels)
    samples.append(E.collect_foreground_intensities(labels_cropped, images_cropped, num_samples=1000)[0])
    shapes.append(images_cropped.shape[1:])
    sizes.append(np.prod(shapes[-1]) / 60)
statistics = {}
for channel in range(2):
    s = np.concatenate([case[channel] for case in samples])
    low, median, high = np.percentile(s, (0.5, 50, 99.5))
    statistics[str(channel)] = {
        "max": float(s.max()), "mean": float(s.mean()), "median": float(median), "min": float(s.min()),
        "percentile_00_5": float(low), "percentile_99_5": float(high), "std": float(s.std())}
json.dump({
    "foreground_intensity_properties_per_channel": statistics,
    "median_relative_size_after_cropping": float(np.median(sizes)),
    "shapes_after_crop": [[int(n) for n in s] for s in shapes],
    "spacings": [[2.0, 0.75, 0.5]] * 2}, open(sys.argv[1] + "/small_fingerprint.json", "w"), indent=1)
