"""Plans the cohorts of a folder with nnU-Net's own planners.

usage: make_plans.py SOURCE TARGET COHORT...
SOURCE/COHORT holds dataset.json and dataset_fingerprint.json; both are copied, and the plans written beside them.
"""
import json, os, shutil, sys, tempfile

source, target, cohorts = sys.argv[1], sys.argv[2], sys.argv[3:]
work = tempfile.mkdtemp()
for name in ("raw", "preprocessed", "results"):
    os.makedirs(f"{work}/{name}")
    os.environ[f"nnUNet_{name}"] = f"{work}/{name}"

import nibabel, numpy
from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
from nnunetv2.experiment_planning.experiment_planners.residual_unets.residual_encoder_unet_planners import (
    nnUNetPlannerResEncL, nnUNetPlannerResEncM, nnUNetPlannerResEncXL)

planners = {"default": ExperimentPlanner, "resenc_m": nnUNetPlannerResEncM,
            "resenc_l": nnUNetPlannerResEncL, "resenc_xl": nnUNetPlannerResEncXL}
for number, cohort in enumerate(cohorts):
    dataset = f"Dataset{700 + number}_{cohort}"
    for name in ("raw", "preprocessed"):
        os.makedirs(f"{work}/{name}/{dataset}")
    os.makedirs(f"{target}/{cohort}", exist_ok=True)
    for name in ("dataset.json", "dataset_fingerprint.json"):
        text = json.load(open(f"{source}/{cohort}/{name}"))
        for place in (f"{work}/raw/{dataset}", f"{work}/preprocessed/{dataset}", f"{target}/{cohort}"):
            json.dump(text, open(f"{place}/{name}", "w"), indent=None)
    # The planner opens the first image to choose a reader.
    for sub in ("imagesTr", "labelsTr"):
        os.makedirs(f"{work}/raw/{dataset}/{sub}")
    channels = len(json.load(open(f"{source}/{cohort}/dataset.json"))["channel_names"])
    image = nibabel.Nifti1Image(numpy.zeros((4, 4, 4), numpy.float32), numpy.eye(4))
    for channel in range(channels):
        nibabel.save(image, f"{work}/raw/{dataset}/imagesTr/a_{channel:04d}.nii.gz")
    nibabel.save(image, f"{work}/raw/{dataset}/labelsTr/a.nii.gz")
    for name, planner in planners.items():
        if name != "default" and cohort != "liver_ct":
            continue
        plans = planner(dataset).plan_experiment()
        json.dump(plans, open(f"{target}/{cohort}/plans_{name}.json", "w"), indent=1)
shutil.rmtree(work)
