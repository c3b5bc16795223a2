"""Writes consensus.safetensors and consensus.json; see README.md beside this file."""
import json
import pathlib

import numpy as np
import SimpleITK as sitk
from safetensors.numpy import save_file
from scipy import ndimage

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(5)
shape = (8, 10, 11)


def blob(level):
    noise = ndimage.gaussian_filter(generator.standard_normal(shape), 1.5)
    return noise / noise.std() > level


def rater(truth):
    """A mask with a wavy border and a little noise."""
    distance = ndimage.distance_transform_edt(truth) - ndimage.distance_transform_edt(~truth)
    wave = ndimage.gaussian_filter(generator.standard_normal(shape), 1.2)
    mask = distance + 2.5 * wave / wave.std() * generator.uniform(0.2, 1) > generator.uniform(-1, 1)
    return mask ^ (generator.random(shape) < 0.02)


if __name__ == "__main__":
    arrays, documents = {}, []
    for index in range(10):
        count = 3 + index % 5
        truth = blob(0.7)
        masks = [rater(truth) for _ in range(count)]
        images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in masks]
        staple = sitk.STAPLEImageFilter()
        staple.SetForegroundValue(1)
        weights = sitk.GetArrayFromImage(staple.Execute(images))
        arrays[f"{index}/masks"] = sum(m.astype(np.uint8) << place for place, m in enumerate(masks))
        arrays[f"{index}/weights"] = weights.astype(np.float32)
        documents.append({
            "raters": count, "sensitivity": list(staple.GetSensitivity()),
            "specificity": list(staple.GetSpecificity()), "rounds": staple.GetElapsedIterations()})
    save_file(arrays, here / "consensus.safetensors")

    arrays = {}
    for index in range(4):
        truth = np.zeros(shape, int)
        for label in (1, 2, 3):
            truth[blob(1.0)] = label
        maps = []
        for _ in range(3 + index % 2):
            labels = np.zeros(shape, np.uint8)
            for label in (1, 2, 3):
                labels[rater(truth == label)] = label
            maps.append(labels)
        images = [sitk.GetImageFromArray(labels) for labels in maps]
        arrays[f"{index}/maps"] = sum(labels << 2 * place for place, labels in enumerate(maps))
        arrays[f"{index}/majority"] = sitk.GetArrayFromImage(sitk.LabelVoting(images, 4))
        staple = sitk.MultiLabelSTAPLEImageFilter()
        staple.SetLabelForUndecidedPixels(4)
        arrays[f"{index}/staple"] = sitk.GetArrayFromImage(staple.Execute(images))
        documents.append({"raters": len(maps)})
    save_file(arrays, here / "label_consensus.safetensors")
    (here / "consensus.json").write_text(json.dumps(documents) + "\n")
