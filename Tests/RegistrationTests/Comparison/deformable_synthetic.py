"""Deforms real images by known smooth fields, registers them with delineate, and measures how far off the found fields are.

Usage: deformable_synthetic.py DELINEATE DATA [--largest MM] [--trials N] [--threads N] [--contrasts]

An image is brought to cubes of its smallest spacing, at least 1 mm; the moving image is the same read through a cubic B-spline with 8 x 8 x 8 control
points whose largest displacement is --largest (8 mm), free of folds; with --contrasts it is another contrast of the same head. Both get noise of 3 % of the range. The end-point error is taken over the body
(Otsu's threshold, filled), in voxels; there and back is what the program states.
"""
import argparse
import json
import subprocess
import tempfile

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import binary_fill_holes, map_coordinates, spline_filter

IMAGES = ('brain_mri/case_a/t1.nii.gz', 'brain_mri/case_b/t2.nii.gz', 'Dataset004_Hippocampus/imagesTr/hippocampus_001_0000.nii.gz')


def cubes(image):
    side = max(1.0, min(image.GetSpacing()))
    size = [max(8, int(round(n * s / side))) for n, s in zip(image.GetSize(), image.GetSpacing())]
    return sitk.Resample(image, size, sitk.Transform(), sitk.sitkBSpline, image.GetOrigin(), [side] * 3, image.GetDirection(), 0.0, sitk.sitkFloat32)


def smooth_field(shape, side, largest, random):
    """Displacements in voxels along z, y, x: a cubic B-spline on 8 control points along every axis."""
    while True:
        grid = np.meshgrid(*(np.linspace(1, 6, n) for n in shape), indexing='ij')
        u = np.stack([map_coordinates(random.normal(size=(8, 8, 8)), grid, order=3, prefilter=False) for _ in range(3)], -1)
        u *= largest / side / np.linalg.norm(u, axis=-1).max()
        slopes = np.stack([np.stack(np.gradient(u[..., c]), -1) for c in range(3)], -2)
        if np.linalg.det(slopes + np.eye(3)).min() > 0.2:
            return u
        largest *= 0.9


def main():
    p = argparse.ArgumentParser()
    p.add_argument('program'), p.add_argument('data')
    p.add_argument('--largest', type=float, default=8.0)
    p.add_argument('--trials', type=int, default=2)
    p.add_argument('--threads', type=int, default=2)
    p.add_argument('--options', default='')
    p.add_argument('--contrasts', action='store_true')
    p.add_argument('--preset', default='deformable')
    args = p.parse_args()
    folder = tempfile.mkdtemp()
    for name in IMAGES[:2] if args.contrasts else IMAGES:
        image = cubes(sitk.ReadImage(f'{args.data}/{name}', sitk.sitkFloat32))
        a = sitk.GetArrayFromImage(image).astype(float)
        other = a
        if args.contrasts:
            second = sitk.ReadImage(f'{args.data}/{name.replace("t1.", "flair.").replace("t2.", "t1.")}', sitk.sitkFloat32)
            other = sitk.GetArrayFromImage(sitk.Resample(second, image, sitk.Transform(), sitk.sitkBSpline, 0.0)).astype(float)
        side = image.GetSpacing()[0]
        body = binary_fill_holes(sitk.GetArrayFromImage(sitk.OtsuThreshold(image, 0, 1, 64)))
        for trial in range(args.trials):
            random = np.random.RandomState(trial)
            u = smooth_field(a.shape, side, args.largest, random)
            places = np.moveaxis(np.stack(np.meshgrid(*(np.arange(n) for n in a.shape), indexing='ij'), -1) + u, -1, 0)
            # The fixed image shows at x what the moving image shows at x + u(x).
            fixed = map_coordinates(spline_filter(a, mode='nearest'), places, order=3, mode='nearest', prefilter=False)
            names = [f'{folder}/fixed.nii.gz', f'{folder}/moving.nii.gz']
            for path, values in zip(names, (fixed, other)):
                out = sitk.GetImageFromArray((values + 0.03 * np.ptp(values) * random.normal(size=a.shape)).astype(np.float32))
                out.CopyInformation(image)
                sitk.WriteImage(out, path)
            fixed_body = map_coordinates(body.astype(float), places, order=0, mode='nearest') > 0
            r = subprocess.run([args.program, 'register', '--fixed', names[0], '--moving', names[1], '--preset', args.preset, '--transform', f'{folder}/field.nii.gz',
                                '--inverse', f'{folder}/back.nii.gz', '--threads', str(args.threads), '--json', *args.options.split()], check=True, capture_output=True, text=True)
            found = json.loads(r.stdout)
            v = sitk.GetArrayFromImage(sitk.ReadImage(f'{folder}/field.nii.gz')) @ np.array(image.GetDirection()).reshape(3, 3) / side
            error = np.linalg.norm(v[..., ::-1] - u, axis=-1)[fixed_body]
            before = np.linalg.norm(u, axis=-1)[fixed_body]
            print(f'{name} {image.GetSize()} {side:.2f} mm, trial {trial}: end-point error {error.mean():.2f} voxels (95th {np.percentile(error, 95):.2f}) from '
                  f'{before.mean():.2f}, reduced by {100 * (1 - error.mean() / before.mean()):.0f} %; folds {100 * found["folded_share"]:.3f} %; there and back '
                  f'{found["mean_inverse_consistency_error_mm"] / side:.3f} voxels; {found["seconds"]:.1f} s', flush=True)


main()
