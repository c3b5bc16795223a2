"""Compares `delineate find-best` with nnU-Net; see README.md beside this file."""
import json
import pathlib
import pickle
import shutil
import subprocess
import sys

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Fixtures"))
from made_folds import CONFIGURATIONS, find_best, model_folder, properties, reference_folders, root  # noqa: E402

DATASET, CASES, FOLDS = "Dataset004_Hippocampus", 40, (0, 1, 2, 3, 4)


def probabilities(labels, generator):
    """A softmax of blurred references and smooth noise, which makes stray components."""
    noise = [ndimage.gaussian_filter(generator.standard_normal(labels.shape), 1.0) for _ in range(3)]
    logits = np.stack([
        6 * ndimage.gaussian_filter((labels == value).astype(float), 1.0) + 6 * n
        + (2.0 if value == 0 else 0.0) for value, n in enumerate(noise)])
    exponentials = np.exp(logits - logits.max(axis=0))
    return (exponentials / exponentials.sum(axis=0)).astype(np.float32)


def make_folds(dataset, plans):
    generator = np.random.default_rng(4)
    (root / "preprocessed" / DATASET).mkdir(parents=True)
    shutil.copy(plans, root / "preprocessed" / DATASET / "nnUNetPlans.json")
    for folder in reference_folders(DATASET):
        folder.mkdir(parents=True)
    for index, path in enumerate(sorted((dataset / "labelsTr").glob("[!.]*.nii.gz"))[:CASES]):
        for folder in reference_folders(DATASET):
            shutil.copy(path, folder / path.name)
        image = sitk.ReadImage(str(path))
        labels = sitk.GetArrayFromImage(image)
        for configuration in CONFIGURATIONS:
            model = model_folder(configuration, DATASET)
            folder = model / f"fold_{index % 5}" / "validation"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(plans, model / "plans.json")
            shutil.copy(dataset / "dataset.json", model / "dataset.json")
            maps = probabilities(labels, generator)
            mask = sitk.GetImageFromArray(np.argmax(maps, axis=0).astype(np.uint8))
            mask.CopyInformation(image)
            name = path.name[:-len(".nii.gz")]
            sitk.WriteImage(mask, str(folder / path.name))
            np.savez_compressed(folder / f"{name}.npz", probabilities=maps)
            (folder / f"{name}.pkl").write_bytes(pickle.dumps(properties(image)))


def difference(a, b):
    """Largest difference of two documents' numbers; all else must be equal."""
    if isinstance(a, dict):
        assert sorted(a) == sorted(b), (sorted(a), sorted(b))
        return max((difference(a[key], b[key]) for key in a), default=0)
    if isinstance(a, list):
        assert len(a) == len(b), (a, b)
        return max((difference(x, y) for x, y in zip(a, b)), default=0)
    if isinstance(a, str):
        assert a == b, (a, b)
        return 0
    return abs(a - b)


def compare(program, ours, with_ensembles):
    information, decision = find_best(with_ensembles, DATASET, FOLDS)
    models = [ours / f"nnUNetTrainer__nnUNetPlans__{c}" for c in CONFIGURATIONS]
    output = subprocess.run(
        [program, "find-best", "--model", *map(str, models), "--reference",
         str(reference_folders(DATASET)[0]), "--ensembles",
         "auto" if with_ensembles else "off", "--json"], check=True, capture_output=True).stdout
    found = json.loads(output)
    scores = {result["model"]: result["dice"] for result in found["results"]}
    largest = difference(information["all_results"], scores)
    assert found["best"] == max(information["all_results"], key=information["all_results"].get)
    theirs = json.loads(decision.read_text())
    mine = json.loads(pathlib.Path(found["postprocessing"]).read_text())
    largest = max(largest, difference(theirs, mine))
    for path in (decision.parent / "postprocessed").glob("*.nii.gz"):
        other = pathlib.Path(found["postprocessing"]).parent / "postprocessed" / path.name
        arrays = [sitk.GetArrayFromImage(sitk.ReadImage(str(p))) for p in (path, other)]
        assert np.array_equal(*arrays), path.name
    return (f"ensembles {with_ensembles}: {scores}, best {found['best']}, "
            f"steps {found['steps']}; largest difference {largest}")


if __name__ == "__main__":
    program, dataset, plans = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    make_folds(dataset, plans)
    shutil.copytree(root / "results" / DATASET, root / "ours")
    lines = [compare(program, root / "ours", with_ensembles) for with_ensembles in (False, True)]
    shutil.rmtree(root)
    print("\n".join(lines))
