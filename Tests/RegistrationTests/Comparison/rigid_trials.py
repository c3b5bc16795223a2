"""Registers displaced MR contrasts of one patient with delineate, SimpleITK, ANTs and elastix, and measures how far off they are.

Usage: rigid_trials.py DELINEATE DATA OUTPUT.jsonl [--methods delineate,simpleitk,ants,elastix] [--trials N] [--threads N] [--kind rigid|affine]

The contrasts of a patient are in line. Each ordered pair is displaced N times by a random motion of up to 20 mm and 20 degrees (affine: also
scales 0.85 to 1.15 and shears to 0.1) about the head's centre, given to the moving image's header (affine: to its voxels, by resampling). The
target registration error is taken over 500 points of the head. Times are of the registration alone, without reading files.
"""
import argparse
import json
import os
import subprocess
import tempfile
import time

import numpy as np
import SimpleITK as sitk

CONTRASTS = ('t1', 't2', 'flair', 't1_contrast')


def rotation(vector):
    angle = np.linalg.norm(vector)
    t = sitk.VersorTransform((0, 0, 1), 0.0) if angle == 0 else sitk.VersorTransform(tuple(vector / angle), float(angle))
    return np.array(t.GetMatrix()).reshape(3, 3)


def head_points(image, random):
    """500 points of the head within 75 mm of its centre."""
    mask = sitk.BinaryMorphologicalOpening(sitk.OtsuThreshold(image, 0, 1, 64), (5, 5, 0))
    ids = np.argwhere(sitk.GetArrayViewFromImage(mask))[:, ::-1]
    ids = ids[random.choice(len(ids), 20000)]
    points = np.array([image.TransformIndexToPhysicalPoint([int(v) for v in i]) for i in ids])
    centre = points.mean(0)
    near = points[np.linalg.norm(points - centre, axis=1) < 75]
    return near[:500], centre


def displacement(random, kind):
    axis = random.normal(size=3)
    matrix = rotation(axis / np.linalg.norm(axis) * random.uniform(0, np.radians(20)))
    if kind == 'affine':
        stretch = np.diag(random.uniform(0.85, 1.15, 3))
        stretch[np.tril_indices(3, -1)] += random.uniform(-0.1, 0.1, 3)
        matrix = matrix @ stretch
    shift = random.normal(size=3)
    return matrix, shift / np.linalg.norm(shift) * random.uniform(0, 20)


def displaced(moving, matrix, centre, shift, kind):
    """The image so that fixed point x belongs to matrix (x - centre) + centre + shift."""
    if kind == 'rigid':
        out = sitk.Image(moving)
        out.SetOrigin([float(v) for v in matrix @ (np.array(moving.GetOrigin()) - centre) + centre + shift])
        direction = matrix @ np.array(moving.GetDirection()).reshape(3, 3)
        out.SetDirection([float(v) for v in direction.ravel()])
        return out
    t = sitk.AffineTransform([float(v) for v in matrix.ravel()], [float(v) for v in shift], [float(v) for v in centre])
    return sitk.Resample(moving, moving, t.GetInverse(), sitk.sitkBSpline, 0.0)


def run_delineate(fixed, moving, kind, args, folder, names):
    out = os.path.join(folder, 'out.tfm')
    r = subprocess.run(
        [args.program, 'register', '--fixed', names[0], '--moving', names[1], '--transform', out, '--preset', kind, '--json', '--threads', str(args.threads)],
        capture_output=True, text=True)
    if r.returncode:
        raise RuntimeError(r.stderr)
    return sitk.ReadTransform(out).TransformPoint, json.loads(r.stdout)['seconds']


def run_simpleitk(fixed, moving, kind, args, folder, names):
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


def run_ants(fixed, moving, kind, args, folder, names):
    import ants
    fi, mi = ants.image_read(names[0]), ants.image_read(names[1])
    start = time.time()
    r = ants.registration(fi, mi, 'Rigid' if kind == 'rigid' else 'Affine', random_seed=1)
    seconds = time.time() - start
    t = ants.read_transform(r['fwdtransforms'][0])
    return (lambda p: t.apply_to_point(p)), seconds


def run_elastix(fixed, moving, kind, args, folder, names):
    import itk
    fi, mi = itk.imread(names[0], itk.F), itk.imread(names[1], itk.F)
    start = time.time()
    p = itk.ParameterObject.New()
    for stage in (['rigid'] if kind == 'rigid' else ['rigid', 'affine']):
        m = p.GetDefaultParameterMap(stage)
        m['AutomaticTransformInitialization'] = ['true']
        p.AddParameterMap(m)
    _, result = itk.elastix_registration_method(fi, mi, parameter_object=p, log_to_console=False, number_of_threads=args.threads)
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


def main():
    p = argparse.ArgumentParser()
    p.add_argument('program'), p.add_argument('data'), p.add_argument('output')
    p.add_argument('--methods', default='delineate,simpleitk,ants,elastix')
    p.add_argument('--trials', type=int, default=20)
    p.add_argument('--threads', type=int, default=2)
    p.add_argument('--kind', default='rigid')
    args = p.parse_args()
    os.environ['ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS'] = str(args.threads)
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(args.threads)
    folder = tempfile.mkdtemp()
    errors, times = {}, {}
    with open(args.output, 'a') as log:
        for case in ('case_a', 'case_b'):
            images = {c: sitk.ReadImage(f'{args.data}/brain_mri/{case}/{c}.nii.gz', sitk.sitkFloat32) for c in CONTRASTS}
            points, centre = head_points(images['t1'], np.random.RandomState(0))
            for f in CONTRASTS:
                for m in CONTRASTS:
                    for trial in range(args.trials if f != m else 0):
                        random = np.random.RandomState([ord(case[-1]), CONTRASTS.index(f), CONTRASTS.index(m), trial])
                        matrix, shift = displacement(random, args.kind)
                        moving = displaced(images[m], matrix, centre, shift, args.kind)
                        truth = (points - centre) @ matrix.T + centre + shift
                        names = [f'{folder}/fixed.nii', f'{folder}/moving.nii']
                        sitk.WriteImage(images[f], names[0]), sitk.WriteImage(moving, names[1])
                        for method in args.methods.split(','):
                            run = globals()['run_' + method]
                            found, seconds = run(images[f], moving, args.kind, args, folder, names)
                            error = np.linalg.norm(np.array([found([float(v) for v in x]) for x in points]) - truth, axis=1).mean()
                            errors.setdefault(method, []).append(error)
                            times.setdefault(method, []).append(seconds)
                            log.write(json.dumps(dict(method=method, case=case, fixed=f, moving=m, trial=trial, error=error, seconds=seconds)) + '\n')
                            log.flush()
    for method, e in errors.items():
        e = np.array(e)
        print(f'{method}: {len(e)} trials, TRE median {np.median(e):.2f} mm, 95th {np.percentile(e, 95):.2f}, above 5 mm {100 * (e > 5).mean():.1f} %, '
              f'seconds median {np.median(times[method]):.2f}')


main()
