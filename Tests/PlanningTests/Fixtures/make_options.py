"""Plans cohorts with nnU-Net's own planners for other memory and other spacings than the presets'.

usage: make_options.py SOURCE TARGET COHORT=all|presets...
SOURCE/COHORT holds dataset.json and dataset_fingerprint.json. TARGET/COHORT.json becomes a list of
{preset, memory, spacing, plans}; `presets` leaves out what changes memory or spacing.
"""
import json, os, shutil, sys, tempfile

source, target, cohorts = sys.argv[1], sys.argv[2], sys.argv[3:]
work = tempfile.mkdtemp()
for name in ("raw", "preprocessed", "results"):
    os.makedirs(f"{work}/{name}")
    os.environ[f"nnUNet_{name}"] = f"{work}/{name}"
os.environ["nnUNet_n_proc_DA"] = "2"

import nibabel, numpy
from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
from nnunetv2.experiment_planning.experiment_planners.residual_unets.residual_encoder_unet_planners import (
    nnUNetPlannerResEncL, nnUNetPlannerResEncM, nnUNetPlannerResEncXL)

planners = {"default": ExperimentPlanner, "resenc-m": nnUNetPlannerResEncM,
            "resenc-l": nnUNetPlannerResEncL, "resenc-xl": nnUNetPlannerResEncXL}
# Preset, memory in GB, spacing (z, y, x) in mm: finer, coarser, coarsest along another axis.
options = [("default", 3, None), ("default", 20, None), ("resenc-m", 5.5, None), ("resenc-l", 40, None),
           ("default", None, (2.5, 0.9, 0.9)), ("default", None, (1.0, 1.0, 4.5)),
           ("resenc-l", 11, (1.5, 1.5, 1.5))]
for number, (cohort, extent) in enumerate(c.split("=") for c in cohorts):
    dataset = f"Dataset{700 + number}_{cohort}"
    for name in ("raw", "preprocessed"):
        os.makedirs(f"{work}/{name}/{dataset}")
        for file in ("dataset.json", "dataset_fingerprint.json"):
            shutil.copyfile(f"{source}/{cohort}/{file}", f"{work}/{name}/{dataset}/{file}")
    # The planner opens the first image to choose a reader.
    for sub in ("imagesTr", "labelsTr"):
        os.makedirs(f"{work}/raw/{dataset}/{sub}")
    description = json.load(open(f"{source}/{cohort}/dataset.json"))
    image = nibabel.Nifti1Image(numpy.zeros((4, 4, 4), numpy.float32), numpy.eye(4))
    for channel in range(len(description["channel_names"])):
        nibabel.save(image, f"{work}/raw/{dataset}/imagesTr/a_{channel:04d}{description['file_ending']}")
    nibabel.save(image, f"{work}/raw/{dataset}/labelsTr/a{description['file_ending']}")
    wanted = options if extent == "all" else [(preset, None, None) for preset in planners if preset != "default"]
    results = []
    for preset, memory, spacing in wanted:
        arguments = {} if memory is None else {"gpu_memory_target_in_gb": memory}
        # Planners keep the configurations of earlier plans of the same name.
        for old in os.listdir(f"{work}/preprocessed/{dataset}"):
            if old.endswith("Plans.json"):
                os.remove(f"{work}/preprocessed/{dataset}/{old}")
        plans = planners[preset](dataset, overwrite_target_spacing=spacing, **arguments).plan_experiment()
        results.append({"preset": preset, "memory": memory, "spacing": spacing, "plans": plans})
    with open(f"{target}/{cohort}.json", "w") as file:
        json.dump(results, file)
        file.write("\n")
shutil.rmtree(work)
