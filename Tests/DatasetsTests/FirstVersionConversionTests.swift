import Datasets
import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// A folder of nnU-Net v1, `Task091_Prostate`, becomes one of v2.
///
/// `Tests/Peers/convert_datasets.py` compares the same with nnU-Net's own converter.
@Suite struct FirstVersionConversionTests {
  /// Three labelled cases and two test cases, one of them labelled, of two channels; one name ends in
  /// four digits itself.
  private static let training = ["x", "y_0001", "y_0002"]
  private static let tests = ["z", "z_0003"]

  private func task() throws -> SmallDataset {
    let small = SmallDataset(empty: try TemporaryFolder())
    let root = small.path("Task091_Prostate")
    for name in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
    for (number, name) in (Self.training + Self.tests).enumerated() {
      let part = number < 3 ? "Tr" : "Ts"
      for channel in 0..<2 {
        try small.image(seed: 2 * number + channel).write(
          to: "\(root)/images\(part)/\(name)_000\(channel).nii.gz")
      }
      if number < 4 { try small.labels().write(to: "\(root)/labels\(part)/\(name).nii.gz") }
    }
    let listed = Self.training.map {
      #"{"image": "./imagesTr/\#($0).nii.gz", "label": "./labelsTr/\#($0).nii.gz"}"#
    }
    try small.write(
      "Task091_Prostate/dataset.json",
      """
      {"name": "Prostate", "description": "of v1", "reference": "", "licence": "CC-BY", "release": "0.0", \
      "tensorImageSize": "4D", "modality": {"0": "T2", "1": "ADC"}, \
      "labels": {"0": "background", "1": "PZ", "2": "TZ"}, "numTraining": 3, "numTest": 2, \
      "training": [\(listed.joined(separator: ", "))], \
      "test": ["./imagesTs/z.nii.gz", "./imagesTs/z_0003.nii.gz"]}
      """)
    return small
  }

  @Test func everyFileIsKeptAndTheDescriptionIsNNUNets() throws {
    let small = try task()
    let (source, target) = (small.path("Task091_Prostate"), small.path("Dataset091_Prostate"))
    let conversion = try DatasetConversion(of: source, into: target)
    #expect(conversion.problems() == [])
    let outcome = try conversion.run()
    #expect(outcome.training == 3 && outcome.test == 2)
    #expect(outcome.unchanged == 14 && outcome.split == 0 && outcome.reencoded == 0)

    for folder in ["imagesTr", "labelsTr", "imagesTs", "labelsTs"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(source)/\(folder)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(target)/\(folder)").sorted()
          == names.sorted())
      for name in names {
        #expect(
          try bytes(ofFile: "\(target)/\(folder)/\(name)")
            == bytes(ofFile: "\(source)/\(folder)/\(name)"))
      }
    }
    for (number, name) in Self.training.enumerated() {
      for channel in 0..<2 {
        let image = try ImageFile(contentsOf: "\(target)/imagesTr/\(name)_000\(channel).nii.gz")
        #expect(image.channels[0].voxels == small.image(seed: 2 * number + channel).voxels)
      }
    }
    // What nnU-Net's convert_raw_dataset_from_old_nnunet_format leaves of the file.
    let expected: JSONValue = [
      "name": "Prostate", "description": "of v1", "reference": "", "licence": "CC-BY",
      "release": "0.0", "labels": ["background": 0, "PZ": 1, "TZ": 2], "numTraining": 3,
      "channel_names": ["0": "T2", "1": "ADC"], "file_ending": ".nii.gz",
    ]
    #expect(
      try JSONValue(contentsOf: "\(target)/dataset.json").sortedByName == expected.sortedByName)
    #expect(DatasetCheck().report(on: target).problems == [])
    #expect(try Dataset(contentsOf: target).caseNames == Self.training)
  }

  /// As it is, the folder is a dataset too, with the same cases.
  @Test func theFolderIsReadAsItIs() throws {
    let small = try task()
    let dataset = try Dataset(contentsOf: small.path("Task091_Prostate"))
    #expect(dataset.caseNames == Self.training)
    #expect(DatasetCheck().report(on: dataset.path).problems == [])
    let images = try CaseImages(of: dataset.cases[1])
    #expect(images.channels.map { $0.elements[0] } == [201, 301])
  }
}
