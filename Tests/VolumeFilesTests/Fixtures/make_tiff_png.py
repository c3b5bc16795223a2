"""TIFF files written by tifffile and PNG files written by Pillow, with what was written or with Pillow's reading."""
import io, json
import numpy as np
import tifffile
from PIL import Image, PngImagePlugin
from common import case, grid, save, values

identity = (1, 0, 0, 0, 1, 0, 0, 0, 1)


def tiff(name, data, spacing=(1, 1, 1), size=None, dimensions=3, channels=None, extra=None, **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, data, **options)
    stack = data if channels is None else channels
    if size is None:
        size = (data.shape[-1], data.shape[-2], 1 if data.ndim == 2 else data.shape[0])
    return case(name, {"case.tif": stream.getvalue(), **(extra or {})}, "case.tif", dimensions=dimensions,
                **grid(size, spacing, (0, 0, 0), identity), values=values(stack))


def ramp(dtype, shape=(2, 3, 5)):
    return ((np.arange(np.prod(shape)) * 7) % 120).astype(dtype).reshape(shape)


cases = []
for t in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"):
    cases.append(tiff("type " + t, ramp(t), photometric="minisblack"))
for byteorder in "<>":
    cases.append(tiff("imagej " + byteorder, ramp("uint16"), (0.2, 0.25, 3.5), imagej=True, byteorder=byteorder,
                      resolution=(5, 4), metadata={"spacing": 3.5, "unit": "mm", "axes": "ZYX"}))
cases.append(tiff("imagej micron", ramp("uint8"), (0.0002, 0.00025, 0.0035), imagej=True,
                  resolution=(5, 4), metadata={"spacing": 3.5, "unit": "um", "axes": "ZYX"}))
cases.append(tiff("imagej without unit", ramp("uint8"), imagej=True, metadata={"axes": "ZYX"}))
for byteorder in "<>":
    # As ImageJ stores more than 4 GB: one page, the others' pixels behind it.
    cases.append(tiff("imagej run " + byteorder, ramp("uint16", (3, 3, 5)), (0.2, 0.25, 3.5), imagej=True, truncate=True,
                      byteorder=byteorder, resolution=(5, 4), metadata={"spacing": 3.5, "unit": "mm", "axes": "ZYX"}))
hyper = ramp("uint16", (2, 3, 4, 5))  # z, c, y, x
cases.append(tiff("imagej channels", hyper, (0.2, 0.25, 3.5), size=(5, 4, 2), dimensions=4, channels=hyper.transpose(1, 0, 2, 3),
                  imagej=True, resolution=(5, 4), metadata={"spacing": 3.5, "unit": "mm", "axes": "ZCYX"}))
ome = ramp("uint16", (3, 2, 4, 5))  # c, z, y, x
cases.append(tiff("ome", ome, (0.0005, 0.0005, 0.002), size=(5, 4, 2), dimensions=4, ome=True, photometric="minisblack", metadata={
    "axes": "CZYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.5, "PhysicalSizeYUnit": "µm",
    "PhysicalSizeZ": 2, "PhysicalSizeZUnit": "µm"}))
for compression in ("lzw", "zlib", "packbits", "adobe_deflate"):
    cases.append(tiff(compression, ramp("uint16"), compression=compression, photometric="minisblack"))
cases.append(tiff("predictor", ramp("uint16"), compression="zlib", predictor=2, photometric="minisblack"))
cases.append(tiff("tiles", ramp("uint16", (2, 21, 37)), tile=(16, 16), compression="zlib", photometric="minisblack"))
cases.append(tiff("strips", ramp("float32", (2, 21, 7)), rowsperstrip=4, compression="zlib", photometric="minisblack"))
cases.append(tiff("bigtiff", ramp("uint16"), bigtiff=True, photometric="minisblack"))
cases.append(tiff("centimetres", ramp("uint8", (3, 5)), (2, 2.5, 1), dimensions=2, resolution=(5, 4), resolutionunit=3))
rgb = ramp("uint8", (3, 5, 3))
cases.append(tiff("rgb", rgb, size=(5, 3, 1), dimensions=2, channels=np.moveaxis(rgb, -1, 0), photometric="rgb"))
sidecar = {"case.json": json.dumps({"spacing": [5, 0.5, 0.25]}).encode()}
cases.append(tiff("sidecar", ramp("uint16"), (0.25, 0.5, 5), extra=sidecar, photometric="minisblack"))
save("tiff.json", cases)


def png(name, picture, spacing=(1, 1, 1), array=None, **options):
    stream = io.BytesIO()
    picture.save(stream, "png", **options)
    stream.seek(0)
    read = np.asarray(Image.open(stream)) if array is None else array
    read = read if read.ndim == 2 else np.moveaxis(read, -1, 0)
    return case(name, {"case.png": stream.getvalue()}, "case.png", dimensions=2,
                **grid((picture.width, picture.height, 1), spacing, (0, 0, 0), identity), values=values(read))


grey8 = (np.arange(35) * 7).astype(np.uint8).reshape(5, 7)
grey16 = (np.arange(35) * 1871).astype(np.uint16).reshape(5, 7)
colours = (np.arange(105) * 2).astype(np.uint8).reshape(5, 7, 3)
gamma = PngImagePlugin.PngInfo(); gamma.add(b"gAMA", (100000).to_bytes(4, "big"))
srgb = PngImagePlugin.PngInfo(); srgb.add(b"sRGB", b"\0")
palette = Image.fromarray(colours).quantize(16)
cases = [
    png("grey 8", Image.fromarray(grey8)), png("grey 16", Image.fromarray(grey16)), png("rgb", Image.fromarray(colours)),
    png("grey 8, linear gamma", Image.fromarray(grey8), pnginfo=gamma),
    png("grey 16, linear gamma", Image.fromarray(grey16), pnginfo=gamma),
    png("grey 16, sRGB", Image.fromarray(grey16), pnginfo=srgb), png("grey 8, sRGB", Image.fromarray(grey8), pnginfo=srgb),
    png("rgba", Image.fromarray(np.dstack([colours, grey8]))),
    png("grey alpha", Image.fromarray(np.dstack([grey8, 255 - grey8]))),
    png("palette", palette, array=np.asarray(palette.convert("RGB"))),
    png("one bit", Image.fromarray(grey8 > 100), array=(grey8 > 100) * 255),
    png("resolution", Image.fromarray(grey8), (0.5, 0.25, 1), dpi=(50.8, 101.6)),
]
save("png.json", cases)
