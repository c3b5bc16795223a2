// Trains a small network on a dataset and segments a scan with it.
//
//   swift run -c release -Xcc -march=native LibraryExample DATASET SCAN.nii.gz MASK.nii.gz

import Datasets
import Glibc
import Inference
import Planning
import Preprocessing
import Training
import VolumeFiles
import Volumes

guard CommandLine.arguments.count == 4 else {
  print("usage: LibraryExample DATASET SCAN.nii.gz MASK.nii.gz")
  exit(64)
}
let (folder, scan, output) = (
  CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3]
)
let dataset = try Dataset(contentsOf: folder)
let plan = try Planner(preset: .default).plan(for: Fingerprint(of: dataset), of: dataset)
let cases = try Preprocessor(plan, configuration: "3d_fullres").run(on: dataset, into: "cases")

var settings = TrainingSettings()
settings.epochs = 10
settings.iterationsPerEpoch = 25
let trainer = try Trainer(
  plan, configuration: "3d_fullres", description: dataset.description, settings: settings)
let split = try CrossValidationSplits(cases: dataset.caseNames).split(
  .number(0), of: dataset.caseNames)
_ = try trainer.train(on: cases, split: split, into: "model/fold_0")
try plan.write(to: "model/plans.json")
try dataset.description.write(to: "model/dataset.json")

let predictor = try Predictor(ModelFolder("model"))
try predictor.segment(Volume<Float>(contentsOf: scan)).write(to: output)
