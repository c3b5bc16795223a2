"""Writes morphology.safetensors and label_regions.safetensors; see README.md beside this file."""
import pathlib

import cc3d
import numpy as np
from safetensors.numpy import save_file
from scipy import ndimage

here = pathlib.Path(__file__).parent.resolve()
generator = np.random.default_rng(11)
slack = 1e-6

# Shape (z, y, x), spacing (z, y, x) in mm, radius in mm, smoothing width in mm.
cases = [
    ((14, 16, 18), (1.0, 1.0, 1.0), 2.0, 1.0),
    ((9, 20, 19), (3.0, 0.7, 0.9), 2.5, 1.2),
    ((17, 11, 13), (0.8, 1.6, 2.4), 2.4, 1.5),
    ((12, 15, 16), (2.0, 1.0, 1.0), 3.0, 0.9),
    ((16, 9, 21), (1.5, 1.5, 0.5), 1.5, 1.1),
    ((11, 17, 14), (1.0, 2.0, 3.0), 1.9, 2.0),
]


def blobs(shape, share):
    noise = ndimage.gaussian_filter(generator.standard_normal(shape), 1.3)
    return noise > np.quantile(noise, 1 - share)


def outside(mask, spacing):
    return ndimage.distance_transform_edt(~mask, sampling=spacing)


def dilate(mask, spacing, radius):
    return outside(mask, spacing) <= radius + slack


def erode(mask, spacing, radius):
    """Nothing is known beyond the array."""
    return ndimage.distance_transform_edt(mask, sampling=spacing) > radius + slack


def padded(mask, spacing, radius):
    width = [int(np.ceil(radius / s)) + 1 for s in spacing]
    inner = tuple(slice(w, -w) for w in width)
    return np.pad(mask, [(w, w) for w in width]), inner


def close(mask, spacing, radius):
    wide, inner = padded(mask, spacing, radius)
    return erode(dilate(wide, spacing, radius), spacing, radius)[inner]


def erode_from_border(mask, spacing, radius):
    return erode(np.pad(mask, 1), spacing, radius)[1:-1, 1:-1, 1:-1]


def fill_slices(mask):
    return np.stack([ndimage.binary_fill_holes(part) for part in mask])


def disks(mask, spacing, radius):
    return np.stack(
        [dilate(part, spacing[1:], radius) if part.any() else part for part in mask])


def smooth(mask, spacing, width):
    return ndimage.gaussian_filter(
        mask.astype(float), [width / s for s in spacing], mode="nearest", truncate=4)


def shells(mask, spacing, limits):
    signed = np.where(
        mask, -ndimage.distance_transform_edt(mask, sampling=spacing), outside(mask, spacing))
    result = np.zeros(mask.shape, np.uint8)
    for index, (lower, upper) in enumerate(zip(limits, limits[1:])):
        beyond = (signed > 0) & (signed > lower + slack) & (signed <= upper + slack)
        within = (signed < 0) & (-signed > -upper + slack) & (-signed <= -lower + slack)
        result[beyond | within] = index + 1
    return result


def nearest(candidates, distances, labels):
    """The label of the least distance among the candidates, the smaller of equals, where none is yet."""
    result = labels.copy()
    best = np.full(labels.shape, np.inf)
    for label in sorted(candidates):
        closer = candidates[label] & (labels == 0) & (distances[label] < best - 1e-9)
        result[closer] = label
        best[closer] = distances[label][closer]
    return result


if __name__ == "__main__":
    arrays = {}
    for index, (shape, spacing, radius, width) in enumerate(cases):
        mask = blobs(shape, 0.35)
        eroded = erode(mask, spacing, radius)
        bits = [
            mask, dilate(mask, spacing, radius), eroded, erode_from_border(mask, spacing, radius),
            dilate(eroded, spacing, radius) if eroded.any() else eroded,
            close(mask, spacing, radius), ndimage.binary_fill_holes(mask), fill_slices(mask),
        ]
        arrays[f"{index}/bits"] = sum(bit.astype(np.uint8) << place for place, bit in enumerate(bits))
        share = smooth(mask, spacing, width)
        assert np.abs(share - 0.5).min() > 1e-6
        more = [
            disks(mask, spacing, radius), share > 0.5,
            cc3d.largest_k(mask, k=1, connectivity=6) > 0,
            cc3d.dust(mask, threshold=10, connectivity=26),
        ]
        more.append(shells(mask, spacing, (-1.5, 2.0)) > 0)
        arrays[f"{index}/more"] = sum(
            bit.astype(np.uint8) << place for place, bit in enumerate(more)
        ) + (shells(mask, spacing, (-2.0, 0.0, 1.5, 4.0)) << 6)
        arrays[f"{index}/numbers"] = np.array([*spacing, radius, width], dtype=np.float64)
    save_file(arrays, here / "morphology.safetensors")

    arrays = {}
    for index, (shape, spacing, radius, width) in enumerate(cases):
        labels = np.zeros(shape, np.uint8)
        for label in (1, 2, 5):
            labels[blobs(shape, 0.08)] = label
        masks = {label: labels == label for label in (1, 2, 5)}
        distances = {label: outside(masks[label], spacing) for label in masks}
        dilated = nearest(
            {label: distances[label] <= radius + slack for label in masks}, distances, labels)
        closed = nearest(
            {label: close(masks[label], spacing, radius) for label in masks}, distances, labels)
        eroded = sum(
            label * erode(masks[label], spacing, min(spacing)).astype(np.uint8) for label in masks)
        arrays[f"{index}/maps"] = sum(
            np.array([0, 1, 2, 0, 0, 3], np.uint8)[part] << 2 * place
            for place, part in enumerate((labels, dilated, closed, eroded)))
        shares = np.stack([smooth(masks[label], spacing, width) for label in masks])
        shares = np.concatenate([1 - shares.sum(0, keepdims=True), shares])
        ordered = np.sort(shares, axis=0)
        assert (ordered[-1] - ordered[-2]).min() > 1e-6
        arrays[f"{index}/smoothed"] = np.array([0, 1, 2, 5], np.uint8)[shares.argmax(0)]
    save_file(arrays, here / "label_regions.safetensors")
