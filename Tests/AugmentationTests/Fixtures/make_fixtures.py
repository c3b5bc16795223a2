"""Writes the fixtures of AugmentationTests beside itself: outputs of nnunetv2 and batchgeneratorsv2 for fixed parameters.

Usage: python make_fixtures.py   (needs nnunetv2, batchgeneratorsv2, scipy; versions are written to versions.txt)
Arrays are raw little-endian: .f32 float32, .i16 int16, .u8 uint8. Shapes are in README.md.
"""
import pathlib
import types
from importlib.metadata import version

import numpy as np
import torch
from acvl_utils.cropping_and_padding.bounding_boxes import crop_and_pad_nd
from batchgeneratorsv2.transforms.intensity.contrast import ContrastTransform
from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
from batchgeneratorsv2.transforms.noise.gaussian_blur import GaussianBlurTransform
from batchgeneratorsv2.transforms.spatial.low_resolution import SimulateLowResolutionTransform
from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
from batchgeneratorsv2.transforms.utils.deep_supervision_downsampling import DownsampleSegForDSTransform
from batchgeneratorsv2.transforms.utils.pseudo2d import Convert2DTo3DTransform, Convert3DTo2DTransform
from nnunetv2.training.dataloading.data_loader import nnUNetDataLoader
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from scipy.ndimage import gaussian_filter

here = pathlib.Path(__file__).parent
torch.set_num_threads(1)
rng = np.random.default_rng(20240607)


def write(name, array):
    array = np.ascontiguousarray(array)
    suffix = {'float32': 'f32', 'int16': 'i16', 'uint8': 'u8'}[str(array.dtype)]
    array.tofile(here / f'{name}.{suffix}')


def t(array):
    return torch.from_numpy(np.array(array))


# The case: two channels, four labels and a corner without data. Intensities are bytes / 16 - 8.
case_shape = (14, 18, 15)
field = np.stack([gaussian_filter(rng.normal(size=case_shape), 1.2) for _ in range(4)])
labels = field.argmax(0).astype(np.int16)
labels[:4, :5, :3] = -1
image_bytes = np.clip(
    128 + 300 * np.stack([gaussian_filter(rng.normal(size=case_shape), 0.6) for _ in range(2)]), 0, 255
).astype(np.uint8)
image = (image_bytes / np.float32(16) - np.float32(8)).astype(np.float32)
write('case_image', image_bytes)
write('case_labels', labels)


def spatial(name, start, region, patch, angles, scale, slices):
    box = [[s, s + n] for s, n in zip(start, region)]
    data = {
        'image': t(crop_and_pad_nd(image, box, 0)).float(),
        'segmentation': t(crop_and_pad_nd(labels[None], box, -1)).to(torch.int16),
    }
    size = patch[1:] if slices else patch
    transform = SpatialTransform(
        size, patch_center_dist_from_border=0, random_crop=False, p_elastic_deform=0,
        p_rotation=0 if angles is None else 1,
        # Within slices the peer samples two angles and uses the last, which is angles[2] here.
        rotation=(lambda image, dim: angles[dim + 1 if slices else dim]) if angles else 0,
        p_scaling=0 if scale is None else 1, scaling=(lambda image, dim: scale) if scale else 1,
        p_synchronize_scaling_across_axes=1, bg_style_seg_sampling=False, border_mode_seg='constant',
        padding_value_seg=-1)
    if slices:
        data = Convert3DTo2DTransform()(**data)
    data = transform(**data)
    if slices:
        data = Convert2DTo3DTransform()(**data)
    write(f'{name}_image', data['image'].numpy().astype(np.float32))
    write(f'{name}_labels', data['segmentation'].numpy()[0])


spatial('crop', (-2, 1, -3), (17, 19, 16), (9, 11, 8), None, None, False)
spatial('turn', (-2, 1, -3), (17, 19, 16), (9, 11, 8), (0.3, -0.4, 0.5), 1.25, False)
spatial('zoom', (-1, -1, 0), (16, 19, 15), (9, 11, 8), None, 0.75, False)
# Regions and patches of like parity, and an odd scale, keep samples from lying exactly between voxels, where rounding decides.
spatial('about0', (0, -1, 0), (15, 19, 16), (9, 11, 8), (0.5, 0, 0), None, False)
spatial('about1', (0, -1, 0), (15, 19, 16), (9, 11, 8), (0, 0.5, 0), None, False)
spatial('shrink', (3, 2, 1), (14, 18, 15), (10, 12, 14), None, 1.37, False)
spatial('slices', (6, -2, -1), (9, 20, 18), (9, 11, 8), (9, 9, 2.2), 1.2, True)
# Powers of two keep the peer's coordinates exact: samples lie between two voxels along axes 0 and 1, where labels tie.
spatial('ties', (0, 0, 0), (16, 16, 16), (9, 11, 8), None, 0.5, False)

# One patch for the intensity transforms.
patch_shape = (9, 11, 8)
patch = image[:, :9, :11, :8]


def intensity(name, transform, **parameters):
    out = transform._apply_to_image(t(patch.copy()), **parameters)
    write(name, out.numpy().astype(np.float32))


both = torch.tensor([0, 1])
blur = GaussianBlurTransform(benchmark=False)
import batchgeneratorsv2.transforms.noise.gaussian_blur as blur_module  # noqa: E402

intensity('blur', blur, apply_to_channel=torch.tensor([True, True]),
          sigmas=[[0.5, 0.75, 1.0], [0.95, 0.6, 0.55]])
kernels = {s: blur_module._build_kernel(s, truncate=6).numpy() for s in (0.5, 0.66, 0.67, 0.75, 0.83, 0.84, 0.9, 1.0)}
with open(here / 'blur_kernels.txt', 'w') as file:
    for s, k in kernels.items():
        print(s, *(repr(float(v)) for v in k), file=file)
intensity('contrast', ContrastTransform((0.75, 1.25), True, False), apply_to_channel=both,
          multipliers=torch.tensor([1.25, 0.8]))
low = SimulateLowResolutionTransform((0.5, 1), False, True, None)
intensity('low_resolution', low, apply_to_channel=both,
          scales=torch.tensor([[0.5] * 3, [0.77] * 3]))
intensity('low_resolution_slices', low, apply_to_channel=both,
          scales=torch.tensor([[1, 0.6, 0.6], [1, 0.9, 0.9]]))
gamma = GammaTransform((0.7, 1.5), 0, False, 1, 1)
for name, invert in (('gamma', False), ('gamma_inverted', True)):
    intensity(name, gamma, apply_to_channel=both, retain_stats=torch.tensor([True, True]),
              invert_image=torch.tensor([invert, invert]), gamma=torch.tensor([0.7, 1.4]))
intensity('mirror', MirrorTransform((0, 1, 2)), axes=[0, 2])

# Deep supervision.
strides = [[1, 1, 1], [1, 2, 2], [2, 2, 2], [2, 2, 1], [2, 2, 2]]
scales = list(list(i) for i in 1 / np.cumprod(np.vstack(strides), axis=0))[:-1]
levels = DownsampleSegForDSTransform(ds_scales=scales)._apply_to_segmentation(t(labels[None]))
with open(here / 'deep_supervision.txt', 'w') as file:
    for level, seg in enumerate(levels):
        print(*seg.shape[1:], file=file)
        write(f'deep_supervision_{level}', seg[0].numpy().astype(np.int16))

# Enlarged patches.
patches = [(40, 56, 40), (128, 128, 128), (20, 320, 256), (96, 160, 160), (64, 192, 160), (14, 256, 224),
           (80, 192, 160), (56, 192, 192), (48, 192, 192), (112, 128, 128), (160, 128, 112), (32, 64, 128),
           (16, 48, 48), (56, 40), (512, 512), (256, 224), (320, 256), (384, 128), (640, 448), (192, 128)]
for _ in range(40):
    patches.append(tuple(int(v) for v in rng.integers(4, 321, size=int(rng.integers(2, 4)))))
with open(here / 'enlarged_patches.txt', 'w') as file:
    for size in patches:
        fake = types.SimpleNamespace(
            configuration_manager=types.SimpleNamespace(patch_size=list(size)),
            print_to_log_file=lambda *a: None)
        rotation, dummy, big, mirror = \
            nnUNetTrainer.configure_rotation_dummyDA_mirroring_and_inital_patch_size(fake)
        print(*size, '|', *(int(v) for v in big), '|', round(rotation[1] / np.pi * 180), int(dummy), *mirror,
              file=file)

# Where regions may start.
with open(here / 'starts.txt', 'w') as file:
    for _ in range(60):
        final = rng.integers(4, 40, size=3)
        cut = final + rng.integers(0, 25, size=3)
        shape = rng.integers(1, 60, size=3)
        voxel = [int(rng.integers(0, n)) for n in shape]
        ns = types.SimpleNamespace(
            need_to_pad=(cut - final).astype(int), patch_size=tuple(int(v) for v in cut), has_ignore=False,
            annotated_classes_key=(-1, 0, 1))
        seen = []
        original = np.random.randint
        np.random.randint = lambda low, high: seen.append((int(low), int(high) - 1)) or int(low)
        nnUNetDataLoader.get_bbox(ns, tuple(int(v) for v in shape), False, None)
        np.random.randint = original
        forced, _ = nnUNetDataLoader.get_bbox(
            ns, tuple(int(v) for v in shape), True, {1: np.array([[0, *voxel]])})
        print(*shape, '|', *final, '|', *cut, '|', *(v for pair in seen for v in pair), '|', *voxel, '|',
              *(int(v) for v in forced), file=file)
with open(here / 'forced_patches.txt', 'w') as file:
    for batch in range(1, 41):
        ns = types.SimpleNamespace(batch_size=batch, oversample_foreground_percent=0.33)
        print(batch, sum(nnUNetDataLoader._oversample_last_XX_percent(ns, i) for i in range(batch)), file=file)

with open(here / 'versions.txt', 'w') as file:
    for package in ('nnunetv2', 'batchgeneratorsv2', 'batchgenerators', 'torch', 'numpy', 'scipy'):
        print(package, version(package), file=file)
