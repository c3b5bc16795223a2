"""Recovery of random displacements of a real volume by delineate.

Usage: recovery.py DELINEATE DATA [COUNT]

An MR volume is displaced COUNT times a family by SimpleITK's B-spline: rigid (15 degrees, 20 mm), similarity (0.9 to 1.1), affine (scales 0.9 to
1.1, shears to 0.05), and rigid with the contrast 255 - sqrt(I). The error is the mean over the fixed grid's corners, in millimetres, in voxels along
the grid's axes, and, more strictly, in in-plane voxels.
"""
import json
import subprocess
import sys
import tempfile

import numpy as np
import SimpleITK as sitk

program, data = sys.argv[1:3]
count = int(sys.argv[3]) if len(sys.argv) > 3 else 50
folder = tempfile.mkdtemp()
fixed = sitk.ReadImage(f'{data}/brain_mri/case_b/t1.nii.gz', sitk.sitkFloat32)
sitk.WriteImage(fixed, f'{folder}/fixed.nii')
size = np.array(fixed.GetSize())
corners = np.array([fixed.TransformContinuousIndexToPhysicalPoint([float(v) for v in (size - 1) * np.array(c)]) for c in np.ndindex(2, 2, 2)])
centre = corners.mean(0)
spacing, axes = np.array(fixed.GetSpacing()), np.array(fixed.GetDirection()).reshape(3, 3)
for family, contrast in (('rigid', False), ('similarity', False), ('affine', False), ('rigid', True)):
    random, errors = np.random.RandomState(11), []
    for _ in range(count):
        axis = random.normal(size=3)
        angle = random.uniform(0, np.radians(15))
        t = sitk.VersorTransform([float(v) for v in axis / np.linalg.norm(axis)], float(angle))
        matrix = np.array(t.GetMatrix()).reshape(3, 3)
        if family == 'similarity':
            matrix = matrix * random.uniform(0.9, 1.1)
        elif family == 'affine':
            stretch = np.diag(random.uniform(0.9, 1.1, 3))
            stretch[np.tril_indices(3, -1)] = random.uniform(-0.05, 0.05, 3)
            matrix = matrix @ stretch
        shift = random.normal(size=3)
        shift *= random.uniform(0, 20) / np.linalg.norm(shift)
        t = sitk.AffineTransform([float(v) for v in matrix.ravel()], [float(v) for v in shift], [float(v) for v in centre])
        moving = sitk.Resample(fixed, fixed, t.GetInverse(), sitk.sitkBSpline, 0.0)
        if contrast:
            moving = sitk.Sqrt(sitk.Abs(moving)) * -1 + 255
        sitk.WriteImage(moving, f'{folder}/moving.nii')
        r = subprocess.run([program, 'register', '--fixed', f'{folder}/fixed.nii', '--moving', f'{folder}/moving.nii', '--preset', family,
                            '--transform', f'{folder}/out.tfm', '--json', '--quiet'], capture_output=True, text=True, check=True)
        m = np.array(json.loads(r.stdout)['matrix_lps'])
        truth = (corners - centre) @ matrix.T + centre + shift
        off = (corners @ m[:3, :3].T + m[:3, 3] - truth) @ axes
        errors.append([np.linalg.norm(off, axis=1).mean(), np.linalg.norm(off / spacing, axis=1).mean()])
    mm, voxels = np.array(errors).T
    in_plane = mm / spacing[0]
    print(f"{family}{', other contrast' if contrast else ''}: {count} displacements, corner error median {np.median(mm):.3f} mm, 95th {np.percentile(mm, 95):.3f}; "
          + '; '.join(f'in {name} median {np.median(e):.3f}, 95th {np.percentile(e, 95):.3f}, within 0.3: {100 * (e <= 0.3).mean():.0f} %, within 0.5: {100 * (e <= 0.5).mean():.0f} %'
                      for name, e in (('voxels', voxels), ('in-plane voxels', in_plane))), flush=True)
