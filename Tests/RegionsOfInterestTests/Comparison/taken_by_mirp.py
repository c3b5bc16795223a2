"""Whether MIRP takes the masks that `delineate` takes and writes; see README.md beside this file."""
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import itk
import numpy as np
from mirp import extract_features

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
VOLUME = "morph_vol_approx"


def counted_volume(image, mask, label):
    """MIRP's volume by counting voxels, in mm³; None where it has no features of the mask."""
    try:
        tables = extract_features(image=str(image), mask=str(mask), roi_name=str(label), base_feature_families="morphological",
                                  export_features=True, write_features=False, num_cpus=1)
        return float(tables[0][VOLUME].iloc[0])
    except (AttributeError, TypeError, ValueError):
        return None


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def own_volume(mask, label):
    image = itk.imread(str(mask))
    return float((itk.array_view_from_image(image) == label).sum() * np.prod(list(image.GetSpacing())))


def defective(program):
    """The masks that are compared with PyRadiomics too: MIRP must have features of all that `roi check` takes."""
    fixtures = pathlib.Path(__file__).parents[2] / "CommandLineTests" / "Fixtures" / "radiomics"
    image = fixtures / "image.nii.gz"
    for verdict in json.loads((fixtures / "verdicts.json").read_text()):
        mask, settings = fixtures / f"{verdict['mask']}.nii.gz", verdict["settings"]
        label = settings.get("label", 1)
        volume = counted_volume(image, mask, label)
        options = {"label": "--label", "minimumROIDimensions": "--minimum-dimensions", "minimumROISize": "--minimum-size"}
        arguments = [str(part) for key, value in settings.items() for part in (options[key], value)]
        taken = subprocess.run([program, "roi", "check", image, mask, *arguments], capture_output=True).returncode == 0
        note = "as MIRP" if taken == (volume is not None) else "MIRP refuses" if taken else "MIRP takes it, on the image's grid"
        print(f"  {mask.name.removesuffix('.nii.gz'):18} roi check {'takes' if taken else 'refuses'} it: {note}")
        assert volume is not None or not taken
        if taken:
            assert abs(volume / own_volume(mask, label) - 1) < 1e-5


def written(program, data):
    """Masks that commands wrote: all are taken, with as many voxels as were written."""
    count, worst = 0, 0.0
    for name in ("brain1", "brain2", "breast1"):
        image, truth = data / f"{name}_image.nrrd", data / f"{name}_label.nrrd"
        label = int(itk.array_view_from_image(itk.imread(str(truth))).max())
        with tempfile.TemporaryDirectory() as folder:
            def out(stem):
                return pathlib.Path(folder) / f"{stem}.nrrd"

            run(program, "roi", "dilate", truth, out("dilated"), "--mm", 5)
            run(program, "roi", "erode", out("dilated"), out("eroded"), "--mm", 3)
            run(program, "roi", "close", truth, out("closed"), "--mm", 3)
            run(program, "roi", "smooth", truth, out("smooth"), "--mm", 1)
            run(program, "raters", "simulate", truth, "--output", folder + "/raters", "--raters", 2, "--noise", 1)
            raters = sorted(pathlib.Path(folder).glob("raters/rater_*/*.nrrd"))
            run(program, "raters", "consensus", *raters, "--method", "staple", "--output", out("staple"))
            masks = [truth, *raters, *(out(stem) for stem in ("dilated", "eroded", "closed", "smooth", "staple"))]
            for mask in masks:
                volume = counted_volume(image, mask, label)
                assert volume is not None, mask
                worst = max(worst, abs(volume / own_volume(mask, label) - 1))
                count += 1
    print(f"{count} masks written are taken; largest relative difference of counted volumes {worst:.1e}")


if __name__ == "__main__":
    defective(sys.argv[1])
    written(sys.argv[1], pathlib.Path(os.environ["DELINEATE_DATA"]) / "data" / "radiomics")
