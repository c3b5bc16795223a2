"""NIfTI files made by nibabel and by hand, with SimpleITK's reading, or nibabel's where SimpleITK's is not to be followed."""
import gzip, struct, tempfile, os
import nibabel as nib
import numpy as np
from scipy.spatial.transform import Rotation
from common import case, grid, save, sitk_reading, values

folder = tempfile.mkdtemp()
cases = []


def affine(angles, spacing, offset):
    a = np.eye(4)
    a[:3, :3] = Rotation.from_euler("xyz", angles).as_matrix() @ np.diag(spacing)
    a[:3, 3] = offset
    return a


A = affine((0.1, 0.2, 0.3), (1, 2, 3), (10, 20, 30))
B = affine((0.4, 0.2, 0.3), (1, 2, 3), (1, 2, 3))


def build(q=1, s=1, qform=A, sform=A, dtype=np.int16, shape=(3, 2, 2), order="<", units=2, kind=nib.Nifti1Image,
          slope=None, inter=None, pixdim=None, dim=None, data=None):
    if data is None:
        data = np.arange(np.prod(shape)).reshape(shape, order="F")
        data = (data * 3 - (0 if np.dtype(dtype).kind == "u" else 7)).astype(dtype)
    header = kind.header_class(endianness=order)
    header.set_data_dtype(data.dtype)
    image = kind(data, qform, header)
    image.set_qform(qform, q)
    image.set_sform(sform, s)
    image.header.set_xyzt_units(units)
    raw = bytearray(image.to_bytes())
    two = kind is nib.Nifti2Image
    if slope is not None:
        struct.pack_into(order + ("2d" if two else "2f"), raw, 176 if two else 112, slope, inter)
    if pixdim is not None:
        struct.pack_into(order + "8f", raw, 76, *pixdim)
    if dim is not None:
        struct.pack_into(order + "8h", raw, 40, *dim)
    return raw


def add(name, raw, oracle="sitk", ending=".nii.gz", **more):
    blob = gzip.compress(bytes(raw), mtime=0) if ending.endswith(".gz") else bytes(raw)
    path = os.path.join(folder, "case" + ending)
    open(path, "wb").write(blob)
    if oracle == "sitk":
        expected = sitk_reading(path)
    elif oracle == "nibabel":
        image = nib.load(path)
        flip = np.diag([-1, -1, 1, 1]) @ image.affine
        spacing = np.linalg.norm(flip[:3, :3], axis=0)
        expected = {
            **grid(image.shape[:3], spacing, flip[:3, 3], (flip[:3, :3] / spacing).ravel()),
            "dimensions": 4 if image.ndim > 3 else image.ndim,
            "values": values(image.get_fdata().ravel(order="F")),
        }
    else:
        expected = {"error": oracle}
    cases.append(case(name, {"case" + ending: blob}, "case" + ending, **expected, **more))


for q, s in [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 1), (2, 4), (4, 2)]:
    differs = q > 0 and s > 0
    add(f"codes {q} {s}", build(q, s, A, B), warns=differs or (q == 0 and s == 0))
add("codes equal 1 2", build(1, 2, A, A), warns=False)
near = A.copy(); near[:3, 3] += 5e-6
add("nearly equal", build(1, 2, A, near), warns=False)
for shear in (5e-2, 1e-3, 1e-4):
    S = A.copy(); S[:3, 1] += shear * 2 * A[:3, 0]
    for q in (0, 1):
        if q == 0 and shear == 5e-2:
            add("sheared 5e-2 alone", build(q, 1, A, S), oracle="sheared")
        elif q == 0 and shear == 1e-3:
            # ITK refuses this; the nearest perpendicular axes are half the shear off.
            add("sheared 1e-3 alone", build(q, 1, A, S), oracle="repaired")
        else:
            add(f"sheared {shear} with q {q}", build(q, 1, A, S))
F = A.copy(); F[:3, 2] *= -1
add("left-handed qform", build(1, 0, F, F))
add("left-handed sform", build(0, 1, F, F))
add("metres", build(units=1)); add("microns", build(units=3)); add("no unit", build(units=0))
add("negative pixdim", build(1, 0, pixdim=(1, -1, 2, 3, 1, 1, 1, 1)), warns=True)
add("negative pixdim, sform", build(0, 1, pixdim=(1, -1, 2, 3, 1, 1, 1, 1)), warns=True)
add("zero pixdim", build(1, 0, pixdim=(1, 0, 2, 3, 1, 1, 1, 1)), warns=True)
add("nan pixdim", build(1, 0, pixdim=(1, float("nan"), 2, 3, 1, 1, 1, 1)), warns=True)
add("pixdim against sform", build(0, 1, pixdim=(1, 7, 7, 7, 1, 1, 1, 1)), warns=True)
for t in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"):
    add("type " + t, build(dtype=t))
    add("big-endian " + t, build(dtype=t, order=">"))
add("scaled int16", build(slope=0.25, inter=-5)); add("scaled uint8", build(dtype="uint8", slope=3, inter=0.1))
add("scaled float32", build(dtype="float32", slope=0.1, inter=7)); add("scaled big-endian", build(order=">", slope=2, inter=1))
add("scaled int32", build(dtype="int32", slope=1.5, inter=0))
add("slope 0", build(slope=0, inter=5), oracle="nibabel")
add("slope nan", build(slope=float("nan"), inter=5), oracle="nibabel")
add("nifti-2", build(kind=nib.Nifti2Image), oracle="nibabel")
add("nifti-2 big-endian", build(kind=nib.Nifti2Image, order=">"), oracle="nibabel")
add("nifti-2 scaled", build(kind=nib.Nifti2Image, slope=0.5, inter=1), oracle="nibabel")
add("4-D", build(shape=(2, 3, 2, 3))); add("4-D of one", build(shape=(3, 2, 2, 1)))
add("flat", build(1, 0, np.diag([1, 2, 1, 1.0]), shape=(3, 4)))
add("vector", build(shape=(2, 2, 2, 1, 3)), oracle="nibabel")
rgb = np.zeros((3, 2, 2), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
rgb["R"] = np.arange(12).reshape(3, 2, 2); rgb["G"] = 100; rgb["B"] = 255 - rgb["R"]
add("rgb", build(data=rgb))
add("complex", build(dtype="complex64"), oracle="unsupported")
add("5-D series", build(shape=(2, 2, 2, 2, 3)), oracle="unsupported")
add("plain file", build(), ending=".nii")
raw = build()
members = gzip.compress(bytes(raw[:100]), mtime=0) + gzip.compress(bytes(raw[100:]), mtime=0)
cases.append(case("two gzip members", {"case.nii.gz": members + b"garbage"}, "case.nii.gz", **{
    k: v for k, v in cases[9].items() if k not in ("name", "files", "open", "warns")}))
for order in "<>":
    pair = nib.Nifti1Pair(np.arange(12, dtype=np.int16).reshape(3, 2, 2), A, nib.nifti1.Nifti1PairHeader(endianness=order))
    pair.to_filename(os.path.join(folder, "pair.hdr"))
    names = ["pair.hdr", "pair.img"]
    files = {n: open(os.path.join(folder, n), "rb").read() for n in names}
    for name in names:
        cases.append(case(f"pair by {name} {order}", files, name, **sitk_reading(os.path.join(folder, "pair.hdr"))))
analyze = nib.AnalyzeImage(np.arange(12, dtype=np.int16).reshape(3, 2, 2), np.diag([1, 2, 3, 1.0]))
analyze.to_filename(os.path.join(folder, "old.hdr"))
files = {n: open(os.path.join(folder, n), "rb").read() for n in ("old.hdr", "old.img")}
cases.append(case("analyze", files, "old.hdr", size=[3, 2, 2], spacing=[1, 2, 3], origin=[0, 0, 0],
                  direction=[1, 0, 0, 0, 1, 0, 0, 0, 1], dimensions=3, warns=True,
                  values=values(np.arange(12).reshape(3, 2, 2).ravel(order="F"))))
save("nifti.json", cases)
