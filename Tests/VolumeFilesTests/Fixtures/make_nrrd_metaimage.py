"""NRRD and MetaImage files written by SimpleITK and by hand, with SimpleITK's reading."""
import gzip, os, tempfile
import numpy as np
import SimpleITK as sitk
from scipy.spatial.transform import Rotation
from common import case, save, sitk_reading

folder = tempfile.mkdtemp()
R = Rotation.from_euler("xyz", (0.1, 0.2, 0.3)).as_matrix().ravel()


def image(dtype, shape=(2, 2, 3), vector=False):
    count = int(np.prod(shape))
    data = (np.arange(count) * 3 - (0 if np.dtype(dtype).kind == "u" else 7)).astype(dtype).reshape(shape)
    result = sitk.GetImageFromArray(data, isVector=vector)
    if result.GetDimension() == 3:
        result.SetSpacing((0.7, 1.25, 5)); result.SetOrigin((-12.3456789, 8, 100.125)); result.SetDirection(R)
    else:
        result.SetSpacing((0.5, 2)); result.SetOrigin((3, 4))
    return result


def from_sitk(name, picture, ending, compress):
    path = os.path.join(folder, "case" + ending)
    for old in os.listdir(folder):
        os.remove(os.path.join(folder, old))
    sitk.WriteImage(picture, path, useCompression=compress)
    files = {n: open(os.path.join(folder, n), "rb").read() for n in os.listdir(folder)}
    return case(name, files, "case" + ending, **sitk_reading(path))


def by_hand(name, files, opened):
    for n, b in files.items():
        open(os.path.join(folder, n), "wb").write(b)
    return case(name, files, opened, **sitk_reading(os.path.join(folder, opened)))


types = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")
data = np.arange(12, dtype="<i2") - 4
cases = [from_sitk(f"{t}", image(t), ".nrrd", i % 2 == 0) for i, t in enumerate(types)]
cases += [
    from_sitk("detached", image("int16"), ".nhdr", False), from_sitk("detached gzip", image("int16"), ".nhdr", True),
    from_sitk("flat", image("uint8", (3, 4)), ".nrrd", False),
    from_sitk("vector", image("float32", (2, 2, 3, 3), True), ".nrrd", True),
]
head = "NRRD0005\n# made by hand\ntype: short\ndimension: 3\nsizes: 3 2 2\nmine:=anything: at all\n"
place = "space: {}\nspace directions: (1,0.2,0) (-0.4,2,0) (0,0,3)\nspace origin: (10,20,30)\n"
for space in ("left-posterior-superior", "RAS", "left-anterior-superior"):
    text = head + place.format(space) + "encoding: raw\nendian: little\n\n"
    cases.append(by_hand("space " + space, {"case.nrrd": text.encode() + data.tobytes()}, "case.nrrd"))
text = head + place.format("LPS") + "encoding: raw\nendian: big\n\n"
cases.append(by_hand("big-endian", {"case.nrrd": text.encode() + data.astype(">i2").tobytes()}, "case.nrrd"))
text = head + place.format("LPS") + "encoding: ascii\n\n"
cases.append(by_hand("ascii", {"case.nrrd": text.encode() + " ".join(map(str, data)).encode() + b"\n"}, "case.nrrd"))
text = head + place.format("LPS").replace("\n", "\r\n") + "encoding: raw\r\nendian: little\r\n\r\n"
cases.append(by_hand("carriage returns", {"case.nrrd": text.encode() + data.tobytes()}, "case.nrrd"))
text = head + "spacings: 0.5 1.5 2.5\naxis mins: 1 2 3\nencoding: raw\nendian: little\n\n"
cases.append(by_hand("spacings", {"case.nrrd": text.encode() + data.tobytes()}, "case.nrrd"))
text = head + "spacings: 0.5 1.5 2.5\naxis mins: 1 2 3\ncenterings: node node node\nencoding: raw\nendian: little\n\n"
cases.append(by_hand("spacings, nodes", {"case.nrrd": text.encode() + data.tobytes()}, "case.nrrd"))
text = head + place.format("LPS") + "encoding: raw\nendian: little\nbyte skip: -1\ndata file: case.raw\n"
cases.append(by_hand("skip to the end", {"case.nhdr": text.encode(), "case.raw": b"x" * 7 + data.tobytes()}, "case.nhdr"))
text = head + place.format("LPS") + "encoding: raw\nendian: little\nline skip: 2\nbyte skip: 3\ndata file: ./case.raw\n"
cases.append(by_hand("skip lines", {"case.nhdr": text.encode(), "case.raw": b"one\ntwo\nxyz" + data.tobytes()}, "case.nhdr"))
save("nrrd.json", cases)

cases = [from_sitk(f"{t}", image(t), ".mha", i % 2 == 0) for i, t in enumerate(types)]
cases += [
    from_sitk("detached", image("int16"), ".mhd", False), from_sitk("detached compressed", image("int16"), ".mhd", True),
    from_sitk("flat", image("uint8", (3, 4)), ".mha", False),
    from_sitk("vector", image("float32", (2, 2, 3, 3), True), ".mha", True),
]
head = "ObjectType = Image\nNDims = 3\n{}DimSize = 3 2 2\nElementType = MET_SHORT\nElementSpacing = 1 2 3\n"
text = head.format("BinaryData = True\nBinaryDataByteOrderMSB = True\n") + "ElementDataFile = LOCAL\n"
cases.append(by_hand("big-endian", {"case.mha": text.encode() + data.astype(">i2").tobytes()}, "case.mha"))
text = head.format("BinaryData = False\nOrientation = 0 1 0 -1 0 0 0 0 1\nPosition = 1 2 3\n") + "ElementDataFile = LOCAL\n"
cases.append(by_hand("ascii", {"case.mha": text.encode() + " ".join(map(str, data)).encode() + b"\n"}, "case.mha"))
text = head.format("BinaryData = True\nHeaderSize = -1\n") + "ElementDataFile = case.raw\n"
cases.append(by_hand("skip to the end", {"case.mhd": text.encode(), "case.raw": b"x" * 7 + data.tobytes()}, "case.mhd"))
text = "ObjectType = Image\nNDims = 4\nDimSize = 3 2 2 2\nElementType = MET_SHORT\nElementSpacing = 1 2 3 1\nElementDataFile = LOCAL\n"
both = np.arange(24, dtype="<i2")
cases.append(by_hand("series", {"case.mha": text.encode() + both.tobytes()}, "case.mha"))
save("metaimage.json", cases)
