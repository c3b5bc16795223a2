import JSONDocuments
import Safetensors
import Testing
import Volumes

/// What PyTorch, numpy, scipy and scikit-image gave; see Fixtures/make_fixtures.py.
struct Fixture {
  private let file: SafetensorsFile

  init(_ name: String) throws {
    file = try SafetensorsFile(contentsOf: "\(Self.folder)/\(name).safetensors")
  }

  static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures"

  func numbers(_ name: String) throws -> [Float] { try file.floats(name) }

  func shape(_ name: String) throws -> [Int] { try file.tensor(named: name).shape }

  func array(_ name: String) throws -> VoxelArray<Float> {
    VoxelArray(shape: Shape3(try shape(name)), elements: try numbers(name))
  }
}

/// The largest difference as a share of the largest number expected.
func relativeError(_ found: [Float], _ expected: [Float]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let largest = expected.reduce(1e-30) { max($0, Double(abs($1))) }
  return zip(found, expected).reduce(0.0) { max($0, Double(abs($1.0 - $1.1))) } / largest
}
