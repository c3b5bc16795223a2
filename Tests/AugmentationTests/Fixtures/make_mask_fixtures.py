"""Writes mask_*.{bits,txt}: what batchgeneratorsv2 does to the masks of a cascade's previous stage, for fixed parameters.

Usage: python make_mask_fixtures.py   (needs batchgeneratorsv2, acvl_utils, scipy)
Masks are (structure, z, y, x) = (3, 8, 10, 70), one bit a voxel, the first in the highest bit of a byte.
"""
import pathlib

import numpy as np
import torch
from acvl_utils.morphology.morphology_helper import label_with_component_sizes
from batchgeneratorsv2.transforms.nnunet.random_binary_operator import (
    ApplyRandomBinaryOperatorTransform, binary_closing_torch, binary_dilation_torch, binary_erosion_torch,
    binary_opening_torch)
from batchgeneratorsv2.transforms.nnunet.remove_connected_components import (
    RemoveRandomConnectedComponentFromOneHotEncodingTransform)
from scipy.ndimage import gaussian_filter

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)
rng = np.random.default_rng(11)
shape = (8, 10, 70)
field = np.stack([gaussian_filter(rng.normal(size=shape), 1.3) for _ in range(4)])
labels = field.argmax(0)
masks = np.stack([labels == k for k in (1, 2, 3)]).astype(np.float32)
# A structure at the border of the patch, so that what lies outside shows.
masks[:, :2, :3, :5] = 0
masks[0, :2, :3, :5] = 1

packed, lines = [masks], []
for structure, (name, operator) in enumerate([
        ('dilation', binary_dilation_torch), ('erosion', binary_erosion_torch),
        ('closing', binary_closing_torch), ('opening', binary_opening_torch)]):
    for radius in (1.0, 1.4, 1.75, 2.5, 4.3):
        transform = ApplyRandomBinaryOperatorTransform(
            channel_idx=[-3, -2, -1], any_of_these=(operator,), strel_size=radius, p_per_label=1)
        result = transform._apply_to_image(
            torch.from_numpy(masks.copy()), apply_to_channels=[structure % 3 - 3], operators=[operator],
            strel_size=[np.float32(radius)])
        packed.append(result.numpy())
        lines.append(f'{structure % 3} {structure} {np.float32(radius):.9g}')
np.packbits(np.stack(packed).astype(bool).reshape(len(packed), -1), axis=1).tofile(here / 'mask_morphology.bits')
(here / 'mask_morphology.txt').write_text('\n'.join(lines) + '\n')

# Scattered voxels that touch by faces, edges and corners.
scattered = (rng.random((3, *shape)) < np.array([0.02, 0.08, 0.2])[:, None, None, None]).astype(np.float32)
packed, lines = [scattered], []
for structure in range(3):
    lab, sizes = label_with_component_sizes(scattered[structure].astype(bool))
    limit = 0.0008
    valid = [i for i, n in sizes.items() if n < np.uint64(np.prod(shape)) * limit]
    lines.append(' '.join(str(sizes[i]) for i in sizes))
    lines.append(f'{len(valid)}')
    for choice in (0, len(valid) // 2, len(valid) - 1):
        transform = RemoveRandomConnectedComponentFromOneHotEncodingTransform(
            channel_idx=[-3, -2, -1], fill_with_other_class_p=0, dont_do_if_covers_more_than_x_percent=limit,
            p_per_label=1)
        draw, np.random.choice = np.random.choice, lambda ids: ids[choice]
        result = transform._apply_to_image(torch.from_numpy(scattered.copy()), apply_to_channels=[structure - 3])
        np.random.choice = draw
        packed.append(result.numpy())
np.packbits(np.stack(packed).astype(bool).reshape(len(packed), -1), axis=1).tofile(here / 'mask_components.bits')
(here / 'mask_components.txt').write_text('\n'.join(lines) + '\n')
