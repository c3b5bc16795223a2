"""Registers hippocampi of different patients with delineate, ANTs SyN, ConvexAdam and elastix, and compares overlap, regularity and time.

Usage: deformable.py DELINEATE DATA OUTPUT.jsonl [--methods ours,fast,syn_cc,syn_mi,convexadam,elastix] [--pairs N] [--threads N] [--list F_M ...]

N pairs of different patients are drawn with seed 1 from DATA/Dataset004_Hippocampus. Every method gets the same two files: the images with
their outermost voxels repeated to 64 x 64 x 64 voxels of 1 mm. Every method's result is brought to the same form, displacements of the fixed
image's voxels, and judged alike: Dice of the two labels, warped to the nearest voxel; Jacobian determinants by central differences, in the interior;
the spread of log(J + 3) as Learn2Reg computes it. ours and fast are timed as whole processes, files and all, the others without reading files.
Results are appended to OUTPUT, and pairs that are there already are not registered again.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import map_coordinates

SIZE = 64


def padded(path, is_label):
    a = sitk.GetArrayFromImage(sitk.ReadImage(path))
    margins = [((SIZE - n) // 2, SIZE - n - (SIZE - n) // 2) for n in a.shape]
    a = np.pad(a, margins) if is_label else np.pad(a, margins, mode='edge')
    return a.astype(np.uint8 if is_label else np.float32)


def run_ours(names, threads, program, folder, fast=False, extra=()):
    field = f'{folder}/field.nii.gz'
    start = time.time()
    subprocess.run([program, 'register', '--fixed', names[0], '--moving', names[1], '--preset', 'deformable', '--transform', field,
                    '--threads', str(threads), '--json', *(['--fast'] if fast else []), *extra], check=True, capture_output=True)
    seconds = time.time() - start
    u = sitk.GetArrayFromImage(sitk.ReadImage(field))
    return u[..., ::-1], seconds


def run_fast(names, threads, program, folder):
    return run_ours(names, threads, program, folder, fast=True)


def syn(names, metric, folder, kind='SyN'):
    import ants
    fixed, moving = ants.image_read(names[0]), ants.image_read(names[1])
    start = time.time()
    r = ants.registration(fixed, moving, kind, syn_metric=metric, syn_sampling=4 if metric == 'CC' else 32, reg_iterations=(100, 70, 50),
                          random_seed=1, outprefix=f'{folder}/ants')
    seconds = time.time() - start
    path = ants.apply_transforms(fixed, moving, r['fwdtransforms'], compose=f'{folder}/composite')
    u = sitk.GetArrayFromImage(sitk.ReadImage(path))
    return u[..., ::-1], seconds


def run_syn_cc(names, threads, program, folder):
    return syn(names, 'CC', folder)


def run_syn_mi(names, threads, program, folder):
    return syn(names, 'mattes', folder)


def run_synonly_mi(names, threads, program, folder):
    return syn(names, 'mattes', folder, 'SyNOnly')


def run_synonly_cc(names, threads, program, folder):
    return syn(names, 'CC', folder, 'SyNOnly')


def run_convexadam(names, threads, program, folder):
    import torch
    from convexAdam.convex_adam_MIND import convex_adam_pt
    torch.set_num_threads(threads)
    fixed, moving = (sitk.GetArrayFromImage(sitk.ReadImage(n)) for n in names[:2])
    start = time.time()
    u = convex_adam_pt(fixed, moving, lambda_weight=0.6, grid_sp=4, disp_hw=4, selected_niter=80, selected_smooth=0, grid_sp_adam=2,
                       dtype=torch.float32, device=torch.device('cpu'), verbose=False)
    return u, time.time() - start


def run_elastix(names, threads, program, folder):
    import itk
    fixed, moving = itk.imread(names[0], itk.F), itk.imread(names[1], itk.F)
    start = time.time()
    p = itk.ParameterObject.New()
    for stage in ('affine', 'bspline'):
        m = p.GetDefaultParameterMap(stage, 3)
        if stage == 'bspline':
            m['FinalGridSpacingInPhysicalUnits'] = ['6']
            m['MaximumNumberOfIterations'] = ['500']
        p.AddParameterMap(m)
    _, result = itk.elastix_registration_method(fixed, moving, parameter_object=p, log_to_console=False, number_of_threads=threads)
    seconds = time.time() - start
    u = itk.GetArrayFromImage(itk.transformix_deformation_field(moving, result))
    return u[..., ::-1], seconds


def dice(u, fixed, moving):
    grid = np.stack(np.meshgrid(*(np.arange(n) for n in fixed.shape), indexing='ij'), -1)
    places = np.moveaxis(grid + u, -1, 0)
    warped = map_coordinates(moving, places, order=0, mode='constant')
    return [2 * float(((fixed == k) & (warped == k)).sum()) / float((fixed == k).sum() + (warped == k).sum()) for k in (1, 2)]


def measures(u):
    slopes = np.stack([np.stack(np.gradient(u[..., c]), -1) for c in range(3)], -2)
    j = np.linalg.det(slopes + np.eye(3))
    inner = j[1:-1, 1:-1, 1:-1]
    cropped = j[2:-2, 2:-2, 2:-2]
    return dict(folds=float((inner <= 0).mean()), smallest=float(inner.min()),
                sdlogj=float(np.log(np.clip(cropped, 1e-9, 1e9)).std()), sdlogj_l2r=float(np.log(np.clip(cropped + 3, 1e-9, 1e9)).std()))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('program'), p.add_argument('data'), p.add_argument('output')
    p.add_argument('--methods', default='ours,fast,syn_cc,syn_mi,convexadam,elastix')
    p.add_argument('--pairs', type=int, default=60)
    p.add_argument('--first', type=int, default=0)
    p.add_argument('--list', nargs='*')
    p.add_argument('--threads', type=int, default=2)
    p.add_argument('--options', default='', help='further options of delineate, separated by spaces')
    p.add_argument('--name', help='name in the table in place of ours')
    args = p.parse_args()
    os.environ['ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS'] = str(args.threads)
    root = f'{args.data}/Dataset004_Hippocampus'
    ids = sorted(n.split('_')[1] for n in os.listdir(f'{root}/imagesTr'))
    draw = random.Random(1)
    pairs = [draw.sample(ids, 2) for _ in range(60)][args.first:args.pairs]
    if args.list:
        pairs = [x.split('_') for x in args.list]
    rows = []
    if os.path.exists(args.output):
        rows = [json.loads(line) for line in open(args.output)]
    known = {(r['method'], r['pair']) for r in rows}
    folder = tempfile.mkdtemp()
    methods = args.methods.split(',')
    with open(args.output, 'a') as log:
        for f, m in pairs:
            names, labels = [], []
            for role, case in (('fixed', f), ('moving', m)):
                image = sitk.GetImageFromArray(padded(f'{root}/imagesTr/hippocampus_{case}_0000.nii.gz', False))
                names.append(f'{folder}/{role}.nii.gz')
                sitk.WriteImage(image, names[-1])
                labels.append(padded(f'{root}/labelsTr/hippocampus_{case}.nii.gz', True))
            start = float(np.mean(dice(np.zeros((SIZE, SIZE, SIZE, 3)), *labels)))
            for method in methods:
                label = (args.name or method) if method in ('ours', 'fast') else method
                if (label, f'{f}_{m}') in known:
                    continue
                try:
                    if method in ('ours', 'fast'):
                        u, seconds = run_ours(names, args.threads, args.program, folder, method == 'fast', args.options.split())
                    else:
                        u, seconds = globals()['run_' + method](names, args.threads, args.program, folder)
                except subprocess.CalledProcessError as error:
                    sys.exit(f'{method} {f}_{m}: {error.stderr.decode()}')
                row = dict(method=label, pair=f'{f}_{m}', start=start, dice=dice(u, *labels), seconds=seconds, **measures(u))
                rows.append(row)
                log.write(json.dumps(row) + '\n')
                log.flush()
    wanted = {f'{f}_{m}' for f, m in pairs}
    names = list(dict.fromkeys(r['method'] for r in rows))
    for method in names:
        own = [r for r in rows if r['method'] == method and r['pair'] in wanted]
        if not own:
            continue
        d = np.array([np.mean(r['dice']) for r in own])
        print(f'{method}: {len(own)} pairs, Dice {d.mean():.4f} +- {d.std():.3f} (start {np.mean([r["start"] for r in own]):.3f}), '
              f'folds {100 * np.mean([r["folds"] for r in own]):.3f} % (worst {100 * max(r["folds"] for r in own):.3f}), smallest J {min(r["smallest"] for r in own):.2f}, '
              f'SDlogJ {np.mean([r["sdlogj"] for r in own]):.3f}, SDlogJ_L2R {np.mean([r["sdlogj_l2r"] for r in own]):.4f}, '
              f'seconds {np.mean([r["seconds"] for r in own]):.2f}')


main()
