"""Compares images that `delineate warp` makes with those that SimpleITK and ANTs make through the files that delineate writes.

Usage: exchange.py DELINEATE DATA
"""
import subprocess
import sys
import tempfile

import ants
import numpy as np
import SimpleITK as sitk

program, data = sys.argv[1:]
folder = tempfile.mkdtemp()
image = lambda name: sitk.ReadImage(name, sitk.sitkFloat32)
fixed = image(f'{data}/brain_mri/case_b/t1.nii.gz')
moving = image(f'{data}/brain_mri/case_b/t2.nii.gz')
# Another oblique grid, flipped along y, of other spacing.
t = sitk.Euler3DTransform(fixed.TransformContinuousIndexToPhysicalPoint([n / 2 for n in fixed.GetSize()]), 0.2, -0.1, 0.3, (8, -6, 5))
direction = np.array(t.GetMatrix()).reshape(3, 3) @ np.array(moving.GetDirection()).reshape(3, 3)
moving.SetOrigin(t.TransformPoint(moving.GetOrigin())), moving.SetDirection([float(v) for v in direction.ravel()])
moving = sitk.Flip(moving[::2, ::3, :], [False, True, False])
sitk.WriteImage(fixed, f'{folder}/fixed.nii.gz'), sitk.WriteImage(moving, f'{folder}/moving.nii.gz')


def run(*arguments):
    subprocess.run([program, *arguments], check=True, capture_output=True)


def compare(name, found, expected, expected_outside):
    found, expected = sitk.GetArrayFromImage(found), np.asarray(expected)
    inside = (expected != expected_outside) & (found != expected_outside)
    spread = np.ptp(expected[inside])
    print(f'{name}: inside {inside.mean():.3f}, other set outside {np.mean((found == expected_outside) != (expected == expected_outside)):.1e}, '
          f'largest difference {np.abs(found - expected)[inside].max() / spread:.1e} of the range')


for preset in ('rigid', 'affine'):
    run('register', '--fixed', f'{folder}/fixed.nii.gz', '--moving', f'{folder}/moving.nii.gz', '--preset', preset,
        '--transform', f'{folder}/{preset}.tfm')
    for name, order, interpolator in (('linear', '1', sitk.sitkLinear), ('spline', '3', sitk.sitkBSpline)):
        run('warp', '--transform', f'{folder}/{preset}.tfm', '--moving', f'{folder}/moving.nii.gz', '--fixed', f'{folder}/fixed.nii.gz',
            '--output', f'{folder}/out.nii.gz', '--order', order, '--outside', '-999', '--field', f'{folder}/{preset}.nii.gz')
        out = image(f'{folder}/out.nii.gz')
        transform = sitk.ReadTransform(f'{folder}/{preset}.tfm')
        compare(f'{preset} {name}, SimpleITK through .tfm', out, sitk.GetArrayFromImage(sitk.Resample(moving, fixed, transform, interpolator, -999.0)), -999)
    run('warp', '--transform', f'{folder}/{preset}.tfm', '--moving', f'{folder}/moving.nii.gz', '--fixed', f'{folder}/fixed.nii.gz',
        '--output', f'{folder}/out.nii.gz', '--outside', '-999')
    out = image(f'{folder}/out.nii.gz')
    field = sitk.DisplacementFieldTransform(sitk.ReadImage(f'{folder}/{preset}.nii.gz', sitk.sitkVectorFloat64))
    compare(f'{preset} field, SimpleITK', out, sitk.GetArrayFromImage(sitk.Resample(moving, fixed, field, sitk.sitkLinear, -999.0)), -999)
    a = ants.apply_transforms(ants.image_read(f'{folder}/fixed.nii.gz'), ants.image_read(f'{folder}/moving.nii.gz'), [f'{folder}/{preset}.nii.gz'], defaultvalue=-999)
    compare(f'{preset} field, ANTs', out, a.numpy().transpose(2, 1, 0), -999)
