"""One registration by another program, for linear_trials.py.

Usage: peer.py METHOD KIND FIXED MOVING THREADS OUT.json
Writes the 4 x 4 matrix from fixed to moving points (LPS) and the seconds of the registration without imports and files.
"""
import json
import os
import sys
import time

method, kind, fixed_path, moving_path, threads, output = sys.argv[1:]
os.environ['ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS'] = threads


def simpleitk():
    """SimpleITK's own advice: centred start, 50 bins, 5 % of the voxels at random, three levels, scales from physical shift."""
    import SimpleITK as sitk
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(int(threads))
    fixed, moving = (sitk.ReadImage(p, sitk.sitkFloat32) for p in (fixed_path, moving_path))
    start = time.time()
    first = sitk.Euler3DTransform() if kind == 'rigid' else sitk.AffineTransform(3)
    initial = sitk.CenteredTransformInitializer(fixed, moving, first, sitk.CenteredTransformInitializerFilter.GEOMETRY)
    r = sitk.ImageRegistrationMethod()
    r.SetMetricAsMattesMutualInformation(50)
    r.SetMetricSamplingStrategy(r.RANDOM)
    r.SetMetricSamplingPercentage(0.05, 1)
    r.SetInterpolator(sitk.sitkLinear)
    r.SetOptimizerAsGradientDescent(learningRate=1.0, numberOfIterations=200, convergenceMinimumValue=1e-6, convergenceWindowSize=10)
    r.SetOptimizerScalesFromPhysicalShift()
    r.SetShrinkFactorsPerLevel([4, 2, 1])
    r.SetSmoothingSigmasPerLevel([2, 1, 0])
    r.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    r.SetInitialTransform(initial, inPlace=False)
    found = r.Execute(fixed, moving)
    return found.TransformPoint, time.time() - start


def ants():
    """antspyx's 'Rigid' or 'Affine'."""
    import ants as a
    fixed, moving = a.image_read(fixed_path), a.image_read(moving_path)
    start = time.time()
    r = a.registration(fixed, moving, 'Rigid' if kind == 'rigid' else 'Affine', random_seed=1)
    seconds = time.time() - start
    found = a.read_transform(r['fwdtransforms'][0])
    return found.apply_to_point, seconds


def elastix():
    """elastix's default parameter maps, rigid or rigid and affine, with its automatic initialisation."""
    import itk
    import SimpleITK as sitk
    fixed, moving = itk.imread(fixed_path, itk.F), itk.imread(moving_path, itk.F)
    start = time.time()
    p = itk.ParameterObject.New()
    for stage in (['rigid'] if kind == 'rigid' else ['rigid', 'affine']):
        m = p.GetDefaultParameterMap(stage)
        m['AutomaticTransformInitialization'] = ['true']
        p.AddParameterMap(m)
    _, result = itk.elastix_registration_method(fixed, moving, parameter_object=p, log_to_console=False, number_of_threads=int(threads))
    seconds = time.time() - start
    steps = []
    for i in range(result.GetNumberOfParameterMaps()):
        m = result.GetParameterMap(i)
        v, c = [float(x) for x in m['TransformParameters']], [float(x) for x in m['CenterOfRotationPoint']]
        if len(v) == 6:
            steps.append(sitk.Euler3DTransform(c, v[0], v[1], v[2], v[3:]))
        else:
            steps.append(sitk.AffineTransform(v[:9], v[9:], c))

    def point(x):
        for s in steps:
            x = s.TransformPoint(x)
        return x
    return point, seconds


map_point, seconds = globals()[method]()
zero = map_point([0.0, 0.0, 0.0])
columns = [[(e - z) / 1000 for e, z in zip(map_point([1000.0 * (a == b) for b in range(3)]), zero)] for a in range(3)]
rows = [[columns[c][r] for c in range(3)] + [zero[r]] for r in range(3)] + [[0, 0, 0, 1]]
json.dump(dict(matrix=rows, seconds=seconds), open(output, 'w'))
