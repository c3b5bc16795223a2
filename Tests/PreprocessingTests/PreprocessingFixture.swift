import Datasets
import JSONDocuments
import Planning
import Preprocessing
import Safetensors
import TestSupport
import Testing
import Volumes

/// The folder of fixtures.
let fixtures =
  #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures"

/// The files of one small case, its plan, and what nnU-Net made of them.
struct SmallCase {
  let name: String
  let plan: SegmentationPlan
  let description: DatasetDescription
  let entry: Case
  let expected: SafetensorsFile
  /// What nnU-Net says about cropping.
  let facts: JSONValue

  init(_ name: String) throws {
    self.name = name
    let folder = "\(fixtures)/\(name)"
    plan = try SegmentationPlan(contentsOf: folder + "/plans.json")
    description = try DatasetDescription(contentsOf: folder + "/dataset.json")
    expected = try SafetensorsFile(contentsOf: folder + "/expected.safetensors")
    facts = try JSONValue(parsing: try #require(expected.metadata["properties"]))
    let channels = try #require(expected.tensor(named: "image").shape.first)
    entry = Case(
      id: "c", images: (0..<channels).map { "\(folder)/c_000\($0).nii.gz" },
      labels: expected.names.contains("labels") ? "\(folder)/c.nii.gz" : nil)
  }

  /// What this module makes of the files.
  func preprocessed() throws -> PreprocessedCase {
    let images = try CaseImages(of: entry)
    return try Preprocessor(plan, configuration: "c").preprocess(
      images, labels: entry.labels == nil ? nil : images.labels(of: entry), id: name)
  }

  /// A dataset whose only case is this one.
  var dataset: Dataset {
    Dataset(name: name, folder: fixtures, description: description, cases: [entry])
  }

  /// The largest difference of every channel from nnU-Net's, as a part of that channel's range.
  func relativeDifferences(_ found: PreprocessedCase) throws -> [Double] {
    let values = try expected.floats("image")
    let count = found.shape.count
    return try found.channels.enumerated().map { index, channel in
      let reference = Array(values[index * count..<(index + 1) * count])
      let range = try #require(reference.max()) - #require(reference.min())
      return largestDifference(channel.elements, reference).value / Double(range > 0 ? range : 1)
    }
  }
}

/// The 64-bit FNV-1a hash of numbers' bytes, as `make_fixtures.py` computes it.
func checksum<Number: FixedWidthInteger>(_ numbers: [Number]) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  numbers.withUnsafeBytes { bytes in
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
  return String(hash, radix: 16)
}
