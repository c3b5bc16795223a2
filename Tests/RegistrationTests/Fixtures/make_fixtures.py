"""Makes metrics.json: similarity of sums of sines as SimpleITK's metrics see it."""
import json

import numpy as np
import SimpleITK as sitk

random = np.random.RandomState(3)
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)


def rotation(*angles):
    t = sitk.Euler3DTransform()
    t.SetRotation(*angles)
    return np.array(t.GetMatrix())


def image(waves, size, spacing, origin, direction):
    """50 + sum of a sin(w . voxel + phase)."""
    z, y, x = np.meshgrid(*[np.arange(n) for n in size[::-1]], indexing='ij')
    v = 50 + sum(a * np.sin(wx * x + wy * y + wz * z + p) for a, wx, wy, wz, p in waves)
    out = sitk.GetImageFromArray(v.astype(np.float32))
    out.SetSpacing(spacing), out.SetOrigin(origin), out.SetDirection([float(d) for d in direction])
    return out


def metric(r, name):
    if name == 'mean_squares':
        r.SetMetricAsMeanSquares()
    elif name == 'correlation':
        r.SetMetricAsCorrelation()
    else:
        r.SetMetricAsMattesMutualInformation(int(name))


cases = []
for index in range(3):
    waves = [[[float(v) for v in (random.uniform(5, 15), *random.uniform(0.1, 0.5, 3), random.uniform(0, 6))] for _ in range(5)] for _ in range(2)]
    grids = [
        dict(size=[20, 19, 18], spacing=[1.1, 0.9, 1.3], origin=[-10.0, -9.0, -12.0], direction=list(rotation(0.1, -0.1, 0.2))),
        dict(size=[18, 20, 19], spacing=[1.2, 1.0, 1.1], origin=[-9.0, -11.0, -8.5], direction=list(rotation(-0.2, 0.1, 0.05))),
    ]
    fixed, moving = (image(w, **g) for w, g in zip(waves, grids))
    for shift in ([0.0, 0.0, 0.0], [1.3, -2.1, 0.7], [-4.2, 3.3, 2.9]):
        costs = {}
        for name in ('mean_squares', 'correlation', '16', '32', '50'):
            r = sitk.ImageRegistrationMethod()
            metric(r, name)
            r.SetInterpolator(sitk.sitkLinear)
            r.SetMetricSamplingStrategy(r.NONE)
            r.SetInitialTransform(sitk.TranslationTransform(3, shift))
            costs[name] = r.MetricEvaluate(fixed, moving)
        cases.append(dict(waves=waves, grids=grids, shift=shift, costs=costs))
json.dump(cases, open('metrics.json', 'w'), indent=1)
print([c['costs'] for c in cases])
