"""Writes the fixtures of ResamplingTests: inputs and what nnU-Net, batchgenerators and SimpleITK make of them.

Run in this folder, with no argument, in an environment that has the packages README.md names.
Every NAME.raw holds the input and then the output, little endian; cases.json and grids.json describe them.
"""
import json
import numpy as np
import SimpleITK as sitk
from nnunetv2.preprocessing.resampling.default_resampling import resample_data_or_seg_to_shape
from skimage.transform import resize

random = np.random.RandomState(7)
cases = []


def image(shape):
    return (random.randn(*shape) * 100 + 40).astype(np.float32)


def blobs(shape, labels):
    """Labels with smooth borders: the nearest of random seeds."""
    seeds = random.rand(3 * len(labels), 3) * shape
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing='ij'), -1)[..., None, :]
    return np.array(labels, np.int16)[((grid - seeds) ** 2).sum(-1).argmin(-1) % len(labels)]


def add(name, x, new, old_spacing, new_spacing, order=3, order_z=0, separate=None, rule='largestShare'):
    seg = x.dtype == np.int16
    if rule == 'lastAboveHalf':  # batchgenerators up to 0.25.3: ascending labels, at least one half, joint
        y = np.zeros(new, np.int16)
        for label in np.unique(x):
            y[resize((x == label).astype(float), new, order, mode='edge', clip=True, anti_aliasing=False) >= 0.5] = label
    else:
        y = resample_data_or_seg_to_shape(x[None], new, old_spacing, new_spacing, is_seg=seg, order=order,
                                          order_z=order_z, force_separate_z=separate)[0]
    assert y.shape == tuple(new)
    with open(name + '.raw', 'wb') as file:
        file.write(x.astype('<i2' if seg else '<f4').tobytes() + y.astype('<i2' if seg else '<f4').tobytes())
    cases.append(dict(name=name, labels=seg, input=list(x.shape), output=list(new), current=old_spacing, new=new_spacing,
                      order=order, orderZ=order_z, separate=separate, rule=rule))


iso, thick = [1, 1, 1], [6, 1, 1]
add('joint_up', image((9, 10, 11)), (13, 15, 18), iso, iso)
add('joint_down', image((12, 21, 19)), (7, 8, 11), iso, iso)
add('joint_mixed', image((9, 20, 7)), (4, 27, 7), iso, iso)
add('last_axis', image((5, 6, 17)), (5, 6, 31), iso, iso)
add('first_axis', image((23, 4, 5)), (37, 4, 5), iso, iso)
add('slabs_up', image((70, 3, 5)), (131, 3, 6), iso, iso)
add('slabs_down', image((150, 3, 5)), (67, 4, 5), iso, iso)
add('slabs_skip', image((400, 2, 3)), (9, 2, 3), iso, iso)
add('wide', image((2, 37, 45)), (3, 41, 50), iso, iso)
add('tiny', image((2, 3, 2)), (5, 4, 7), iso, iso)
add('single_slice_joint', image((1, 9, 11)), (3, 14, 8), iso, iso)
add('separate_first', image((6, 12, 13)), (11, 17, 9), thick, iso)
add('separate_first_down', image((9, 12, 13)), (4, 12, 13), thick, iso)
add('separate_second', image((12, 6, 13)), (17, 11, 9), [1, 6, 1], iso)
add('separate_last', image((12, 13, 6)), (17, 9, 11), [1, 1, 6], iso)
add('separate_by_new', image((12, 6, 13)), (17, 2, 9), iso, [1, 4, 1])
add('separate_shared', image((6, 7, 12)), (9, 10, 12), [4, 4, 1], iso)
add('separate_linear', image((6, 12, 13)), (11, 17, 9), thick, iso, order_z=1)
add('separate_cubic', image((12, 13, 6)), (17, 9, 11), [1, 1, 6], iso, order_z=3)
add('separate_never', image((6, 12, 13)), (11, 17, 9), thick, iso, separate=False)
add('separate_always', image((6, 12, 13)), (11, 17, 9), [2, 1, 1], iso, separate=True)
add('linear', image((9, 20, 7)), (14, 13, 17), iso, iso, order=1)
add('linear_separate', image((6, 12, 13)), (11, 17, 9), thick, iso, order=1)
add('nearest', image((9, 20, 7)), (14, 13, 17), iso, iso, order=0)
add('labels_up', blobs((10, 12, 14), [-1, 0, 1, 2]), (13, 17, 18), iso, iso, order=1)
add('labels_down', blobs((14, 15, 16), [0, 1, 5]), (9, 10, 7), iso, iso, order=1)
add('labels_ties', random.randint(0, 4, (7, 8, 9)).astype(np.int16), (14, 16, 18), iso, iso, order=1)
add('labels_half', random.randint(-1, 3, (14, 16, 18)).astype(np.int16), (7, 8, 9), iso, iso, order=1)
add('labels_thirds', random.randint(0, 4, (6, 9, 7)).astype(np.int16), (18, 9, 14), iso, iso, order=1)
add('labels_separate', blobs((6, 12, 13), [-1, 0, 3]), (11, 24, 9), thick, iso, order=1)
add('labels_separate_last', random.randint(0, 3, (8, 9, 6)).astype(np.int16), (16, 9, 11), [1, 1, 6], iso, order=1)
add('labels_separate_linear', random.randint(0, 3, (6, 8, 9)).astype(np.int16), (12, 16, 9), thick, iso, order=1, order_z=1)
add('labels_nearest', random.randint(0, 4, (7, 8, 9)).astype(np.int16), (14, 11, 5), iso, iso, order=0)
add('labels_one', np.full((4, 5, 6), 3, np.int16), (7, 5, 9), iso, iso, order=1)
add('labels_cubic', blobs((10, 12, 14), [0, 1, 2]), (13, 17, 18), iso, iso, order=3)
add('labels_old_ties', random.randint(0, 4, (7, 8, 9)).astype(np.int16), (14, 16, 18), iso, iso, order=1, rule='lastAboveHalf')
add('labels_old', blobs((10, 12, 14), [-1, 0, 1, 2]), (13, 17, 18), iso, iso, order=1, rule='lastAboveHalf')
json.dump(cases, open('cases.json', 'w'), indent=1)


def rotation(*angles):
    t = sitk.Euler3DTransform()
    t.SetRotation(*angles)
    return np.array(t.GetMatrix()).reshape(3, 3)


def grid(size, spacing, origin, direction):
    return dict(size=size, spacing=spacing, origin=origin, direction=[float(v) for v in direction.ravel()])


def blank(g):
    x = sitk.Image(g['size'], sitk.sitkFloat32)
    x.SetSpacing(g['spacing']), x.SetOrigin(g['origin']), x.SetDirection(g['direction'])
    return x


moving = grid([14, 12, 10], [1.5, 2.0, 3.1], [-11.0, 7.5, 20.25], rotation(0.3, -0.2, 0.5))
fixed = grid([12, 11, 10], [1.7, 2.1, 2.3], [-14.0, 2.5, 17.0], rotation(-0.4, 0.15, 0.2) @ np.diag([1.0, -1.0, 1.0]))
fixed['origin'] = [-11.5, 22.0, 16.0]
voxels = image((10, 12, 14))
source = sitk.GetImageFromArray(voxels)
source.CopyInformation(blank(moving))
labels = blobs((10, 12, 14), [0, 1, 2, 7])
parts = [voxels.astype('<f4').tobytes(), labels.astype('<u2').tobytes()]
for interpolator in (sitk.sitkNearestNeighbor, sitk.sitkLinear, sitk.sitkBSpline):
    out = sitk.Resample(source, blank(fixed), sitk.Transform(), interpolator, -1000.0, sitk.sitkFloat64)
    parts.append(sitk.GetArrayFromImage(out).astype('<f4').tobytes())
    print(interpolator, (sitk.GetArrayFromImage(out) == -1000).mean())


def through(x, interpolator):
    x = sitk.GetImageFromArray(x)
    x.CopyInformation(source)
    return sitk.GetArrayFromImage(sitk.Resample(x, blank(fixed), sitk.Transform(), interpolator, 0.0))


parts.append(through(labels.astype(np.uint16), sitk.sitkNearestNeighbor).astype('<u2').tobytes())
shares = np.stack([through((labels == k).astype(np.float64), sitk.sitkLinear) for k in (0, 1, 2, 7)])
parts.append(np.array([0, 1, 2, 7], '<u2')[shares.argmax(0)].tobytes())
# The same image through a transform: SimpleITK's maps points of the fixed grid to the moving image.
affine = sitk.AffineTransform(3)
affine.SetMatrix([1.1, 0.1, 0.0, -0.05, 0.95, 0.1, 0.0, 0.1, 1.05]), affine.SetTranslation([1.0, -2.0, 0.5])
out = sitk.Resample(source, blank(fixed), affine, sitk.sitkLinear, -1000.0, sitk.sitkFloat64)
parts.append(sitk.GetArrayFromImage(out).astype('<f4').tobytes())
open('grids.raw', 'wb').write(b''.join(parts))
json.dump(dict(moving=moving, fixed=fixed), open('grids.json', 'w'), indent=1)
