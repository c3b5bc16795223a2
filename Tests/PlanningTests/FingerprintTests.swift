import Datasets
import FileOutput
import Glibc
import JSONDocuments
import Parallelism
import Planning
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite struct FingerprintTests {
  @Test(arguments: ["liver_ct", "masked_ct"])
  func fileRoundTrip(cohort: String) throws {
    let path = Cohort.fixtures + "/\(cohort)/dataset_fingerprint.json"
    let fingerprint = try Fingerprint(contentsOf: path)
    #expect(
      differences(
        fingerprint.document.sortedByName, try JSONValue(contentsOf: path).sortedByName,
        tolerance: 0) == [])
    let folder = try TemporaryFolder()
    try fingerprint.write(to: folder.path + "/f.json")
    #expect(try Fingerprint(contentsOf: folder.path + "/f.json") == fingerprint)
  }

  @Test func wrongFieldsAreNamed() throws {
    let error = #expect(throws: PlanningError.self) {
      try Fingerprint(
        try JSONValue(parsing: #"{"shapes_after_crop": [[1, 2]], "spacings": []}"#), from: "f.json")
    }
    #expect(
      error?.description
        == "f.json: field \"shapes_after_crop[0]\": expected three whole numbers from 1 to 1048576, "
        + "found [1, 2]")
  }

  /// Two cases of two channels; the first has a margin of zeros.
  private func dataset(in folder: TemporaryFolder) throws -> Dataset {
    for name in ["imagesTr", "labelsTr"] { mkdir(folder.path + "/" + name, 0o755) }
    try writeAtomically(
      """
      {"channel_names": {"0": "T1", "1": "CT"}, "labels": {"background": 0, "a": 1}, \
      "numTraining": 2, "file_ending": ".nii.gz"}
      """, to: folder.path + "/dataset.json")
    let geometry = Geometry(
      extent: Extent(x: 5, y: 4, z: 3), spacing: Vector3(0.5, 0.75, 2))
    for index in 0..<2 {
      for channel in 0..<2 {
        var image = Volume<Float>(
          voxels: (0..<60).map { Float(($0 * 7 + channel * 3 + index) % 23 + 1) },
          geometry: geometry)
        if index == 0 {
          for y in 0..<4 { for z in 0..<3 { image[0, y, z] = 0 } }
        }
        try image.write(to: folder.path + "/imagesTr/c\(index)_000\(channel).nii.gz")
      }
      try LabelMap(labels: (0..<60).map { $0 % 4 == 0 ? 1 : 0 }, geometry: geometry)
        .write(to: folder.path + "/labelsTr/c\(index).nii.gz")
    }
    return try Dataset(contentsOf: folder.path)
  }

  // make_fingerprint.py beside the fixtures: nnunetv2's DatasetFingerprintExtractor on the same
  // arrays with 1000 samples per case.
  @Test func smallDatasetEqualsReference() throws {
    let folder = try TemporaryFolder()
    var settings = Fingerprint.Settings()
    settings.draws = 2000
    let fingerprint = try Fingerprint(of: try dataset(in: folder), settings: settings)
    let expected = try JSONValue(
      contentsOf: Cohort.fixtures + "/small_fingerprint.json")
    #expect(differences(fingerprint.document, expected, tolerance: 2e-6) == [])
  }

  @Test func threadsDoNotMatter() throws {
    let folder = try TemporaryFolder()
    let dataset = try dataset(in: folder)
    var settings = Fingerprint.Settings()
    settings.draws = 100_000
    let parallel = try Fingerprint(of: dataset, settings: settings)
    let serial = try ThreadBudget.serially { () throws(PlanningError) in
      try Fingerprint(of: dataset, settings: settings)
    }
    #expect(parallel == serial)
  }

  @Test func unusableCasesAreNamed() throws {
    let folder = try TemporaryFolder()
    let dataset = try dataset(in: folder)
    let path = folder.path + "/labelsTr/c1.nii.gz"
    unlink(path)
    let error = #expect(throws: PlanningError.self) { try Fingerprint(of: dataset) }
    #expect(error?.description.hasPrefix("case c1: \(path): ") == true)
    let empty = LabelMap(
      labels: Array(repeating: 0, count: 60),
      geometry: try LabelMap(contentsOf: folder.path + "/labelsTr/c0.nii.gz").geometry)
    for index in 0..<2 { try empty.write(to: folder.path + "/labelsTr/c\(index).nii.gz") }
    #expect(throws: PlanningError.noForeground(dataset: dataset.name)) {
      try Fingerprint(of: dataset)
    }
  }

  @Test(.enabled(if: ReferenceData.isAvailable)) func hippocampusEqualsReference() throws {
    let dataset = try Dataset(
      contentsOf: ReferenceData.path("data/Dataset004_Hippocampus"))
    let reference = try Fingerprint(
      contentsOf: ReferenceData.path("reference/plans/hippocampus/dataset_fingerprint.json"))
    let found = try Fingerprint(of: dataset)
    #expect(found.shapesAfterCrop == reference.shapesAfterCrop)
    #expect(found.spacings == reference.spacings)
    #expect(
      found.medianRelativeSizeAfterCropping == reference.medianRelativeSizeAfterCropping)
    let (a, b) = (found.foregroundIntensities[0], reference.foregroundIntensities[0])
    // The same draws: order statistics are equal, sums agree as far as single precision goes.
    #expect(a.median == b.median)
    #expect(a.minimum == b.minimum && a.maximum == b.maximum)
    #expect(a.lowPercentile == b.lowPercentile && a.highPercentile == b.highPercentile)
    #expect(abs(a.mean - b.mean) <= 1e-7 * b.mean)
    #expect(abs(a.standardDeviation - b.standardDeviation) <= 1e-7 * b.standardDeviation)
  }
}
