"""What the fixture scripts share: cases are small files, base64, with what an oracle reads from them."""
import base64, json
import numpy as np


def case(name, files, open_name, **expected):
    packed = {n: base64.b64encode(bytes(b)).decode() for n, b in files.items()}
    return {"name": name, "files": packed, "open": open_name, **expected}


def grid(size, spacing, origin, direction):
    return {
        "size": [int(v) for v in size], "spacing": [float(v) for v in spacing],
        "origin": [float(v) for v in origin], "direction": [round(float(v), 9) for v in direction],
    }


def values(array):
    """Channel after channel, x fastest."""
    flat = np.asarray(array, dtype=np.float32).ravel()
    return [float(v) for v in flat]


def sitk_reading(path):
    import SimpleITK as sitk
    image = sitk.ReadImage(path)
    array = sitk.GetArrayFromImage(image)
    if image.GetNumberOfComponentsPerPixel() > 1:
        array = np.moveaxis(array, -1, 0)
    n = image.GetDimension()
    direction = np.array(image.GetDirection()).reshape(n, n)
    size, spacing, origin = list(image.GetSize()), list(image.GetSpacing()), list(image.GetOrigin())
    if n == 2:
        full = np.eye(3)
        full[:2, :2] = direction
        direction, size, spacing, origin = full, size + [1], spacing + [1], origin + [0]
    return {
        **grid(size[:3], spacing[:3], origin[:3], direction[:3, :3].ravel()),
        "dimensions": n, "values": values(array),
    }


def save(name, cases):
    text = "[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n"
    assert len(text) < 50_000, (name, len(text))
    open(name, "w").write(text)
    print(name, len(cases), "cases", len(text), "bytes")
