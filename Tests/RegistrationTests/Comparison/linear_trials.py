"""Target registration error and time of delineate, SimpleITK, ANTs and elastix on displaced contrasts of the same patients.

Usage: linear_trials.py run DELINEATE DATA OUT.jsonl [--methods a,b] [--kinds rigid,affine] [--count N] [--minutes M]
       linear_trials.py report OUT.jsonl

The contrasts of a patient are in line. Each ordered pair is displaced 20 times by a random motion of up to 20 mm and 20 degrees (affine: also
scales 0.85 to 1.15 and shears to 0.1) about the head's centre, given to the moving image's header (affine: to its voxels, by resampling): 480
trials a kind. They are run in an order shuffled with a fixed seed, so that the first N are a random sample; what the output holds is not run
again. The target registration error of a trial is the mean over 500 points of the head within 75 mm of its centre. Every method is a process of
its own with two threads; both its whole wall time and the time of the registration alone are kept, and Mattes's cost of the result (32 bins, all
voxels of the native grid) as SimpleITK evaluates it, if --cost is given.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import SimpleITK as sitk

CONTRASTS = ('t1', 't2', 'flair', 't1_contrast')
THREADS = '2'


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


def mattes(fixed, moving, rows):
    r = sitk.ImageRegistrationMethod()
    r.SetMetricAsMattesMutualInformation(32)
    r.SetMetricSamplingStrategy(r.NONE)
    r.SetInterpolator(sitk.sitkLinear)
    r.SetInitialTransform(sitk.AffineTransform([float(v) for v in rows[:3, :3].ravel()], [float(v) for v in rows[:3, 3]]))
    return r.MetricEvaluate(fixed, moving)


def call(method, kind, program, names, folder):
    """The matrix, the seconds of the registration alone, and those of the whole process."""
    out = f'{folder}/out.json'
    start = time.time()
    if method == 'delineate':
        r = subprocess.run([program, 'register', '--fixed', names[0], '--moving', names[1], '--transform', f'{folder}/out.tfm', '--preset', kind,
                            '--json', '--quiet', '--threads', THREADS], capture_output=True, text=True)
    else:
        r = subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'peer.py'), method, kind, *names, THREADS, out],
                           capture_output=True, text=True)
    wall = time.time() - start
    if r.returncode:
        print(method, r.stderr[-500:], file=sys.stderr)
        return None, None, wall
    found = json.loads(r.stdout) if method == 'delineate' else json.load(open(out))
    return np.array(found['matrix_lps' if method == 'delineate' else 'matrix']), found['seconds'], wall


def run(args):
    done = set()
    if os.path.exists(args.output):
        done = {tuple(json.loads(line)['key']) for line in open(args.output)}
    folder = tempfile.mkdtemp()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(int(THREADS))
    end = time.time() + 60 * args.minutes
    order = [(c, f, m, t) for c in ('case_a', 'case_b') for f in CONTRASTS for m in CONTRASTS if f != m for t in range(20)]
    order = [order[i] for i in np.random.RandomState(4).permutation(len(order))][:args.count]
    cases = {}
    for case in ('case_a', 'case_b'):
        images = {c: sitk.ReadImage(f'{args.data}/brain_mri/{case}/{c}.nii.gz', sitk.sitkFloat32) for c in CONTRASTS}
        cases[case] = (images, *head_points(images['t1'], np.random.RandomState(0)))
    for case, f, m, trial in order:
        for kind in args.kinds.split(','):
            methods = [x for x in args.methods.split(',') if (x, kind, case, f, m, trial) not in done]
            if not methods or time.time() > end:
                continue
            images, points, centre = cases[case]
            random = np.random.RandomState([ord(case[-1]), CONTRASTS.index(f), CONTRASTS.index(m), trial])
            matrix, shift = displacement(random, kind)
            moving = displaced(images[m], matrix, centre, shift, kind)
            truth = (points - centre) @ matrix.T + centre + shift
            names = [f'{folder}/fixed.nii', f'{folder}/moving.nii']
            sitk.WriteImage(images[f], names[0]), sitk.WriteImage(moving, names[1])
            for method in methods:
                rows, seconds, wall = call(method, kind, args.program, names, folder)
                error = float('inf') if rows is None else float(np.linalg.norm(points @ rows[:3, :3].T + rows[:3, 3] - truth, axis=1).mean())
                line = dict(key=[method, kind, case, f, m, trial], error=error, seconds=seconds, wall=wall)
                if args.cost and rows is not None:
                    line['cost'] = mattes(images[f], moving, rows)
                with open(args.output, 'a') as log:
                    log.write(json.dumps(line) + '\n')


def describe(lines):
    e = np.array([x['error'] for x in lines])
    return (f"{len(e):4d} trials, TRE median {np.median(e):.2f} mm, 95th {np.percentile(e, 95):.2f}, above 5 mm {100 * (e > 5).mean():.1f} %, "
            f"registration {np.median([x['seconds'] for x in lines]):.2f} s, process {np.median([x['wall'] for x in lines]):.2f} s"
            + (f", Mattes {np.mean([x['cost'] for x in lines]):.4f}" if all('cost' in x for x in lines) else ''))


def report(args):
    lines = [json.loads(line) for line in open(args.output)]
    for kind in ('rigid', 'affine'):
        by = {}
        for x in lines:
            if x['key'][1] == kind:
                by.setdefault(x['key'][0], {})[tuple(x['key'][2:])] = x
        if not by:
            continue
        common = set.intersection(*(set(v) for v in by.values()))
        print(f'{kind}: trials that all methods have run')
        for method, v in by.items():
            print(f'  {method:10s}', describe([v[k] for k in sorted(common)]) if common else '-')
        print(f'{kind}: all trials of each')
        for method, v in by.items():
            print(f'  {method:10s}', describe(list(v.values())))


def main():
    p = argparse.ArgumentParser()
    modes = p.add_subparsers(required=True)
    a = modes.add_parser('run')
    a.set_defaults(mode=run)
    a.add_argument('program'), a.add_argument('data'), a.add_argument('output')
    a.add_argument('--methods', default='delineate,simpleitk,ants,elastix')
    a.add_argument('--kinds', default='rigid,affine')
    a.add_argument('--count', type=int, default=480)
    a.add_argument('--minutes', type=float, default=1e6)
    a.add_argument('--cost', action='store_true')
    b = modes.add_parser('report')
    b.set_defaults(mode=report)
    b.add_argument('output')
    args = p.parse_args()
    args.mode(args)


main()
