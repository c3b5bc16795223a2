"""Makes the fixtures of TransformFilesTests: transforms as SimpleITK and ANTs write them, and what they do."""
import json
import os

import ants
import numpy as np
import SimpleITK as sitk

random = np.random.RandomState(7)
centre = (3.0, -12.5, 20.0)
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)


def rotation(*angles):
    t = sitk.Euler3DTransform()
    t.SetRotation(*angles)
    return np.array(t.GetMatrix()).reshape(3, 3)


def blank(size, spacing, origin, direction, kind=sitk.sitkFloat32):
    x = sitk.Image(size, kind)
    x.SetSpacing(spacing), x.SetOrigin(origin), x.SetDirection([float(v) for v in direction.ravel()])
    return x


def smooth(shape, low, high):
    x = sitk.GetImageFromArray(random.rand(*shape))
    x = sitk.GetArrayFromImage(sitk.DiscreteGaussian(x, 2.0))
    return low + (high - low) * (x - x.min()) / (x.max() - x.min())


# Two oblique, anisotropic grids; the fixed one is left-handed.
moving = blank([14, 12, 9], [1.5, 2.0, 3.1], [-11.0, 7.5, 20.25], rotation(0.3, -0.2, 0.5))
fixed = blank([11, 12, 8], [1.7, 1.9, 2.9], [-11.5, 27.0, 17.0], rotation(-0.4, 0.15, 0.2) @ np.diag([1.0, -1.0, 1.0]))
field_grid = blank([7, 6, 8], [3.5, 4.5, 4.0], [-14.0, 31.0, 13.0], rotation(-0.1, 0.25, 0.1) @ np.diag([1.0, -1.0, 1.0]))

transforms = {}
t = sitk.TranslationTransform(3, (1.5, -2.0, 0.25))
transforms['translation'] = t
t = sitk.Euler3DTransform(centre, 0.1, -0.2, 0.3, (1.0, -2.0, 0.5))
transforms['euler_zxy'] = t
t = sitk.Euler3DTransform(centre, 0.1, -0.2, 0.3, (1.0, -2.0, 0.5))
t.SetComputeZYX(True)
transforms['euler_zyx'] = t
t = sitk.VersorTransform((0.2, -0.5, 0.9), 0.4, centre)
transforms['versor'] = t
t = sitk.VersorRigid3DTransform((0.2, -0.5, 0.9), 2.9, (1.0, -2.0, 0.5), centre)
transforms['versor_rigid'] = t
t = sitk.Similarity3DTransform(1.07, (0.2, -0.5, 0.9), 0.3, (1.0, -2.0, 0.5), centre)
transforms['similarity'] = t
t = sitk.ScaleTransform(3, (0.9, 1.1, 1.05))
t.SetCenter(centre)
transforms['scale'] = t
t = sitk.ScaleVersor3DTransform((0.9, 1.1, 1.05), (0.2, -0.5, 0.9), 0.3, (1.0, -2.0, 0.5), centre)
transforms['scale_versor'] = t
t = sitk.ScaleSkewVersor3DTransform((0.9, 1.1, 1.05), (0.01, 0.02, -0.03, 0.04, 0.05, -0.06), (0.2, -0.5, 0.9), 0.3, (1.0, -2.0, 0.5), centre)
transforms['scale_skew_versor'] = t
affine = sitk.AffineTransform([1.1, 0.1, 0.0, -0.05, 0.95, 0.1, 0.0, 0.1, 1.05], (1.0, -2.0, 0.5), centre)
transforms['affine'] = affine
vectors = np.stack([smooth((8, 6, 7), -2, 2.5), smooth((8, 6, 7), -3, 1), smooth((8, 6, 7), -1, 2)], -1)
vector_image = sitk.GetImageFromArray(vectors, isVector=True)
vector_image.CopyInformation(field_grid)
sitk.WriteImage(sitk.Cast(vector_image, sitk.sitkVectorFloat32), 'field.nii.gz')
sitk.WriteImage(vector_image, 'field_double.nii')
sitk.WriteImage(sitk.Cast(vector_image, sitk.sitkVectorFloat32), 'field.mha', useCompression=True)
field = sitk.DisplacementFieldTransform(sitk.Image(vector_image))
transforms['displacement'] = field
spline = sitk.BSplineTransformInitializer(fixed, [3, 4, 2])
spline.SetParameters(tuple(random.uniform(-2, 2, len(spline.GetParameters()))))
transforms['spline'] = spline
rigid = transforms['versor_rigid']
transforms['composite'] = sitk.CompositeTransform([affine, field, transforms['euler_zxy']])

box = np.array([fixed.TransformContinuousIndexToPhysicalPoint(p) for p in random.uniform(-1.5, 1.5, (24, 3)) * 4 + [5, 5, 4]])
points = [[float(v) for v in p] for p in box]
cases = []
for name, t in transforms.items():
    sitk.WriteTransform(t, name + '.tfm')
    cases.append(dict(file=name + '.tfm', images=[t.TransformPoint(p) for p in points]))
for name in ('field.nii.gz', 'field_double.nii', 'field.mha'):
    cases.append(dict(file=name, images=[field.TransformPoint(p) for p in points]))
# ANTs' own affine file.
a = ants.create_ants_transform(
    transform_type='AffineTransform', dimension=3, matrix=np.array(affine.GetMatrix()).reshape(3, 3),
    offset=np.array(affine.TransformPoint((0, 0, 0))), center=(0, 0, 0))
a.set_fixed_parameters(np.array(centre))
a.set_parameters(np.array(affine.GetParameters()))
ants.write_transform(a, 'ants_0GenericAffine.mat')
cases.append(dict(file='ants_0GenericAffine.mat', images=[list(a.apply_to_point(p)) for p in points]))
# A matrix in RAS, as c3d and greedy write it.
m = np.eye(4)
m[:3, :3] = np.array(affine.GetMatrix()).reshape(3, 3)
m[:3, 3] = affine.TransformPoint((0, 0, 0))
flip = np.diag([-1.0, -1.0, 1.0, 1.0])
np.savetxt('ras.mat', flip @ m @ flip, fmt='%.12f')
cases.append(dict(file='ras.mat', images=[affine.TransformPoint(p) for p in points]))

# An image through the composite, and back through its linear part.
voxels = smooth((9, 12, 14), 0, 100).astype(np.float32)
source = sitk.GetImageFromArray(voxels)
source.CopyInformation(moving)
sitk.WriteImage(source, 'moving.nii.gz')
sitk.WriteImage(sitk.Cast(fixed, sitk.sitkUInt8), 'fixed.nii.gz')
labels = sitk.Cast(sitk.GetImageFromArray((voxels // 25).astype(np.uint16)), sitk.sitkUInt16)
labels.CopyInformation(moving)
sitk.WriteImage(labels, 'moving_labels.nii.gz')
warped = {}
for name, order, kind in (('linear', sitk.sitkLinear, sitk.sitkFloat64), ('spline', sitk.sitkBSpline, sitk.sitkFloat64)):
    for transform in ('composite', 'euler_zxy'):
        x = sitk.Resample(source, fixed, transforms[transform], order, -7.0, kind)
        sitk.WriteImage(sitk.Cast(x, sitk.sitkFloat32), f'{name}_{transform}.nii.gz')
x = sitk.Resample(labels, fixed, transforms['composite'], sitk.sitkNearestNeighbor, 0)
sitk.WriteImage(x, 'labels_composite.nii.gz')
x = sitk.Resample(source, fixed, sitk.Transform(affine.GetInverse()), sitk.sitkLinear, -7.0, sitk.sitkFloat64)
sitk.WriteImage(sitk.Cast(x, sitk.sitkFloat32), 'linear_affine_inverse.nii.gz')
# ANTs' order of transforms: a point passes through the first one first.
fi, mi = ants.image_read('fixed.nii.gz'), ants.image_read('moving.nii.gz')
x = ants.apply_transforms(fi, mi, ['field.nii.gz', 'ants_0GenericAffine.mat'], interpolator='linear', defaultvalue=-7)
ants.image_write(x, 'linear_ants.nii.gz')
json.dump(dict(points=points, cases=cases), open('points.json', 'w'))
print({n: os.path.getsize(n) for n in sorted(os.listdir('.'))})
