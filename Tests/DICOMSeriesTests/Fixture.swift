import DICOMSeries
import Foundation
import JSONDocuments
import TestSupport
import Volumes

/// What SimpleITK reads from a series, as `make.py` wrote it.
struct Reading {
  let size: [Int]
  let spacing: [Double]
  let origin: [Double]
  let direction: [Double]
  let sum: Double
  let voxels: [Double]

  init(_ name: String) throws {
    let document = try JSONValue(
      parsing: String(contentsOfFile: "\(fixtures)/\(name).json", encoding: .utf8))
    size = document["size"]?.ints ?? []
    spacing = document["spacing"]?.doubles ?? []
    origin = document["origin"]?.doubles ?? []
    direction = document["direction"]?.doubles ?? []
    sum = document["sum"]?.double ?? .nan
    voxels = document["voxels"]?.doubles ?? []
  }

  /// Largest difference of spacing, origin and direction; not a number if the sizes differ.
  func difference(from grid: Geometry) -> Double {
    guard size == [grid.extent.x, grid.extent.y, grid.extent.z] else { return .nan }
    var largest = 0.0
    for axis in 0..<3 {
      largest = max(largest, abs(spacing[axis] - grid.spacing[axis]))
      largest = max(largest, abs(origin[axis] - grid.origin[axis]))
      for row in 0..<3 {
        largest = max(largest, abs(direction[3 * row + axis] - grid.direction[row, axis]))
      }
    }
    return largest
  }
}

let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures"

/// A copy of a fixture's folder without some of its files.
func copy(_ name: String, without left: Set<String> = []) throws -> TemporaryFolder {
  let folder = try TemporaryFolder()
  for file in namesInFolder("\(fixtures)/\(name)") where !left.contains(file) {
    try FileManager.default.copyItem(
      atPath: "\(fixtures)/\(name)/\(file)", toPath: "\(folder.path)/\(file)")
  }
  return folder
}

/// A file's bytes with one text in place of another of the same length.
func replace(_ old: String, by new: String, in path: String) throws {
  precondition(old.utf8.count == new.utf8.count, "texts of one length")
  var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
  guard let range = bytes.range(of: Data(old.utf8)) else { throw CocoaError(.formatting) }
  bytes.replaceSubrange(range, with: Data(new.utf8))
  try bytes.write(to: URL(fileURLWithPath: path))
}
