"""Makes peers.json: rigid registrations of displaced contrasts by SimpleITK 2.5.7 and antspyx 0.6.3.

Usage: make_peers.py DATA
The cost is Mattes's, 32 bins, of all voxels of the native grid.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import SimpleITK as sitk

folder = tempfile.mkdtemp()
here = os.path.dirname(os.path.abspath(__file__))
result = []
for fixed_name, moving_name in (('t1', 't2'), ('flair', 't1_contrast')):
    fixed, moving = (sitk.ReadImage(f'{sys.argv[1]}/brain_mri/case_b/{n}.nii.gz', sitk.sitkFloat32) for n in (fixed_name, moving_name))
    vector = np.array([0.2, -0.15, 0.2])
    t = sitk.VersorRigid3DTransform()
    t.SetCenter(fixed.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in fixed.GetSize()]))
    t.SetRotation([float(v) for v in vector / np.linalg.norm(vector)], float(np.linalg.norm(vector)))
    t.SetTranslation([12, -9, 11])
    direction = np.array(t.GetMatrix()).reshape(3, 3) @ np.array(moving.GetDirection()).reshape(3, 3)
    moving.SetOrigin(t.TransformPoint(moving.GetOrigin())), moving.SetDirection([float(v) for v in direction.ravel()])
    names = [f'{folder}/fixed.nii', f'{folder}/moving.nii']
    sitk.WriteImage(fixed, names[0]), sitk.WriteImage(moving, names[1])
    for method in ('simpleitk', 'ants'):
        subprocess.run([sys.executable, f'{here}/../Comparison/peer.py', method, 'rigid', *names, '2', f'{folder}/out.json'], check=True, capture_output=True)
        rows = np.array(json.load(open(f'{folder}/out.json'))['matrix'])
        r = sitk.ImageRegistrationMethod()
        r.SetMetricAsMattesMutualInformation(32)
        r.SetMetricSamplingStrategy(r.NONE)
        r.SetInterpolator(sitk.sitkLinear)
        r.SetInitialTransform(sitk.AffineTransform([float(v) for v in rows[:3, :3].ravel()], [float(v) for v in rows[:3, 3]]))
        cost = r.MetricEvaluate(*(sitk.ReadImage(n) for n in names))
        result.append(dict(fixed=fixed_name, moving=moving_name, program=method, matrix=rows.tolist(), cost=cost))
json.dump(result, open(f'{here}/peers.json', 'w'), indent=1)
