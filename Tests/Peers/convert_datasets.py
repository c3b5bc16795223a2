"""Compares `delineate convert` with nnU-Net's own converters, file by file and voxel for voxel.

Usage: python convert_datasets.py DATASET WORK DELINEATE
DATASET is an nnU-Net v2 dataset of one channel, DELINEATE the program, WORK a new folder for everything that is made. Run by a Python that
has nnunetv2 2.8.1.

Of ten cases of DATASET a folder of nnU-Net v1 is made, a Decathlon folder with 4-D images (the image, and its voxels turned round and
scaled), and a CSV table with the same pairs of channels. nnU-Net's converters and ours make datasets of the folders, whose files are
compared; nnU-Net's check of integrity is run on every dataset of ours. Prints one JSON line per comparison; exits with 1 if one fails."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

dataset, work, program = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
TRAINING, TEST = 8, 2


def names():
    return sorted(path.name.removesuffix(".nii.gz") for path in (dataset / "labelsTr").glob("*.nii.gz"))[: TRAINING + TEST]


def description(channels):
    labels = json.loads((dataset / "dataset.json").read_text())["labels"]
    training, test = names()[:TRAINING], names()[TRAINING:]
    return {
        "name": "Compared", "description": "made of another dataset", "reference": "none", "licence": "CC-BY-SA 4.0", "release": "1.0",
        "tensorImageSize": "4D", "modality": {str(index): name for index, name in enumerate(channels)},
        "labels": {str(value): name for name, value in labels.items()}, "numTraining": len(training), "numTest": len(test),
        "training": [{"image": f"./imagesTr/{name}.nii.gz", "label": f"./labelsTr/{name}.nii.gz"} for name in training],
        "test": [f"./imagesTs/{name}.nii.gz" for name in test],
    }


def folders(root):
    for name in ("imagesTr", "labelsTr", "imagesTs"):
        (root / name).mkdir(parents=True)


def make_first_version(root):
    """A folder of nnU-Net v1: channel numbers in file names, but not in dataset.json."""
    folders(root)
    for index, name in enumerate(names()):
        shutil.copy(dataset / "imagesTr" / f"{name}_0000.nii.gz", root / ("imagesTr" if index < TRAINING else "imagesTs"))
        if index < TRAINING:
            shutil.copy(dataset / "labelsTr" / f"{name}.nii.gz", root / "labelsTr")
    (root / "dataset.json").write_text(json.dumps(description(["MRI"])))


def second_channel(image):
    voxels = np.asanyarray(image.dataobj)[::-1]
    return (voxels.astype(np.float64) / max(1, voxels.max()) * 1000).astype(np.int16)


def make_decathlon(root):
    """The Decathlon's folder: both channels in one 4-D image, oblique, so that orientations count."""
    folders(root)
    for index, name in enumerate(names()):
        image = nibabel.load(dataset / "imagesTr" / f"{name}_0000.nii.gz")
        voxels = np.stack([np.asanyarray(image.dataobj).astype(np.int16), second_channel(image)], axis=-1)
        angle = 0.1 + 0.02 * index
        turn = np.eye(4)
        turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        affine = turn @ image.affine
        nibabel.save(nibabel.Nifti1Image(voxels, affine), root / ("imagesTr" if index < TRAINING else "imagesTs") / f"{name}.nii.gz")
        if index < TRAINING:
            labels = nibabel.load(dataset / "labelsTr" / f"{name}.nii.gz")
            nibabel.save(nibabel.Nifti1Image(np.asanyarray(labels.dataobj).astype(np.uint8), affine), root / "labelsTr" / f"{name}.nii.gz")
    (root / "dataset.json").write_text(json.dumps(description(["T1", "T2"])))


def make_table(path):
    """A table of the same images, two cases to a patient."""
    path.parent.mkdir()
    lines = ["case,T1,label,group"]
    for index, name in enumerate(names()):
        label = dataset / "labelsTr" / f"{name}.nii.gz" if index < TRAINING else ""
        lines.append(f"{name},{dataset / 'imagesTr' / name}_0000.nii.gz,{label},patient {index // 2}")
    path.write_text("\n".join(lines) + "\n")


def convert_here(source, target):
    subprocess.run([program, "convert", source, "--output", target, "--quiet"], check=True, stdout=subprocess.DEVNULL)


def image_of(path):
    image = SimpleITK.ReadImage(str(path))
    return SimpleITK.GetArrayFromImage(image), np.array(image.GetSpacing() + image.GetOrigin() + image.GetDirection())


def compare(what, found, expected):
    """Whether two datasets have the same files, voxels and, where nnU-Net needs them, the same words."""
    files = [sorted(str(path.relative_to(root)) for path in root.rglob("*.nii.gz")) for root in (found, expected)]
    different, grid = 0, 0.0
    for name in set(files[0]) & set(files[1]):
        (a, grid_a), (b, grid_b) = image_of(found / name), image_of(expected / name)
        different += a.shape != b.shape or int((a != b).sum())
        grid = max(grid, float(np.abs(grid_a - grid_b).max()))
    documents = [json.loads((root / "dataset.json").read_text()) for root in (found, expected)]
    fields = [name for name in ("labels", "channel_names", "file_ending", "numTraining", "name", "licence")
              if documents[0].get(name) != documents[1].get(name)]
    result = {"comparison": what, "files": len(files[0]), "same_files": files[0] == files[1], "different_voxels": different,
              "largest_grid_difference": grid, "different_fields": fields}
    report(result, files[0] == files[1] and bool(files[0]) and different == 0 and grid < 1e-5 and not fields)


def check(what, root):
    try:
        verify_dataset_integrity(str(root), num_processes=1)
        report({"comparison": f"{what}: nnU-Net's check of integrity", "passed": True}, True)
    except Exception as error:
        report({"comparison": f"{what}: nnU-Net's check of integrity", "passed": False, "error": str(error)}, False)


def report(result, is_right):
    global has_failed
    print(json.dumps(result), flush=True)
    has_failed = has_failed or not is_right


# nnU-Net's worker processes load this file again.
if __name__ == "__main__":
    has_failed = False
    theirs, ours = work / "theirs", work / "ours"
    for folder in (theirs, ours):
        folder.mkdir(parents=True)  # fails where something is already
    os.environ.update(nnUNet_raw=str(theirs), nnUNet_preprocessed=str(work / "preprocessed"), nnUNet_results=str(work / "results"))

    import nibabel
    import numpy as np
    import SimpleITK
    from nnunetv2.dataset_conversion.convert_MSD_dataset import convert_msd_dataset
    from nnunetv2.dataset_conversion.convert_raw_dataset_from_old_nnunet_format import convert
    from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity

    first, decathlon, table = work / "Task901_First", work / "Task902_Decathlon", work / "tables" / "cases.csv"
    make_first_version(first)
    convert(str(first), "Dataset901_First")
    convert_here(first, ours / "Dataset901_First")
    compare("folder of nnU-Net v1", ours / "Dataset901_First", theirs / "Dataset901_First")

    make_decathlon(decathlon)
    convert_msd_dataset(str(decathlon), None, 1)
    convert_here(decathlon, ours / "Dataset902_Decathlon")
    compare("the Decathlon's folder", ours / "Dataset902_Decathlon", theirs / "Dataset902_Decathlon")

    make_table(table)
    convert_here(table, ours / "Dataset903_Table")
    for name in ("Dataset901_First", "Dataset902_Decathlon", "Dataset903_Table"):
        check(name, ours / name)
    sys.exit(has_failed)
