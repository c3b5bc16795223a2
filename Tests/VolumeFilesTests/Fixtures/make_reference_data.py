"""SimpleITK's reading of the real images: python make_reference_data.py FOLDER (the one with data/ and reference/)."""
import glob, json, os, sys, zlib
import numpy as np
import SimpleITK as sitk

root = sys.argv[1]
grids, files = [], {}
for pattern in ("data/radiomics/*", "data/brain_mri/*/*", "data/Dataset004_Hippocampus/*/*", "reference/resampling/*.nii.gz"):
    for path in sorted(glob.glob(os.path.join(root, pattern))):
        image = sitk.ReadImage(path)
        n = image.GetDimension()
        if n != 3:
            continue
        place = [list(image.GetSpacing()), list(image.GetOrigin()), [round(v, 9) for v in image.GetDirection()]]
        if place not in grids:
            grids.append(place)
        crc = zlib.crc32(sitk.GetArrayFromImage(image).astype("<f4").tobytes())
        files[os.path.relpath(path, root)] = [*image.GetSize(), crc, grids.index(place)]
# Common folders are written once.
tree = {}
for path, entry in files.items():
    folder, name = os.path.split(path)
    tree.setdefault(folder, {})[name] = entry
text = json.dumps({"grids": grids, "files": tree}, separators=(",", ":"))
assert len(text) < 50_000, len(text)
open("reference_data.json", "w").write(text.replace("],", "],\n") + "\n")
print(len(files), "files", len(grids), "grids", len(text), "bytes")
