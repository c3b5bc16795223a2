import Augmentation
import FoundationEssentials
import Testing
import Volumes

/// Reads the files of the folder Fixtures.
enum Fixture {
  private static func bytes(_ name: String) throws -> [UInt8] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return [UInt8](try Data(contentsOf: folder.appending(path: "Fixtures/\(name)")))
  }

  static func floats(_ name: String) throws -> [Float] {
    try bytes("\(name).f32").withUnsafeBytes { buffer in
      (0..<buffer.count / 4).map {
        Float(bitPattern: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
  }

  static func labels(_ name: String) throws -> [Int16] {
    try bytes("\(name).i16").withUnsafeBytes { buffer in
      (0..<buffer.count / 2).map { buffer.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self) }
    }
  }

  /// Bits, the first of a byte being its highest.
  static func bits(_ name: String) throws -> [Bool] {
    try bytes("\(name).bits").flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
  }

  /// The numbers of every line of a text file, in groups that `|` separates.
  static func table(_ name: String) throws -> [[[Double]]] {
    String(decoding: try bytes("\(name).txt"), as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: "|").map { group in
        group.split(separator: " ").compactMap { Double($0) }
      }
    }
  }

  static let caseShape = Shape3(14, 18, 15)
  static let patchShape = Shape3(9, 11, 8)

  static func caseImage() throws -> [Float] {
    try bytes("case_image.u8").map { Float($0) / 16 - 8 }
  }

  /// The case's first voxels, from which the intensity fixtures were made.
  static func patch() throws -> TrainingSample {
    let image = try caseImage()
    var channels: [Float] = []
    for channel in 0..<2 {
      for z in 0..<9 {
        for y in 0..<11 {
          let row = ((channel * 14 + z) * 18 + y) * 15
          channels += image[row..<row + 8]
        }
      }
    }
    return TrainingSample(
      shape: patchShape, channels: channels, labels: (0..<Int16(9 * 11 * 8)).map { $0 })
  }
}

/// A case in memory.
struct StoredCase {
  let shape: Shape3
  let image: [Float]
  let labels: [Int16]

  /// The case of the fixtures.
  static func fixture() throws -> StoredCase {
    StoredCase(
      shape: Fixture.caseShape, image: try Fixture.caseImage(),
      labels: try Fixture.labels("case_labels"))
  }

  func withView<Result>(_ body: (CaseView) throws -> Result) throws -> Result {
    try image.withUnsafeBufferPointer { image in
      try labels.withUnsafeBufferPointer { labels in
        try body(
          CaseView(
            shape: shape, channelCount: image.count / shape.count,
            image: try #require(image.baseAddress), labels: try #require(labels.baseAddress)))
      }
    }
  }

  /// A copy of a region of the case; 0 and label -1 outside.
  func cut(at start: VoxelIndex, shape region: Shape3) -> StoredCase {
    let channelCount = image.count / shape.count
    var cutImage = [Float](repeating: 0, count: channelCount * region.count)
    var cutLabels = [Int16](repeating: -1, count: region.count)
    for z in 0..<region.depth {
      for y in 0..<region.height {
        for x in 0..<region.width {
          let (sz, sy, sx) = (start.z + z, start.y + y, start.x + x)
          guard sz >= 0, sz < shape.depth, sy >= 0, sy < shape.height, sx >= 0, sx < shape.width
          else { continue }
          let from = (sz * shape.height + sy) * shape.width + sx
          let to = (z * region.height + y) * region.width + x
          for channel in 0..<channelCount {
            cutImage[channel * region.count + to] = image[channel * shape.count + from]
          }
          cutLabels[to] = labels[from]
        }
      }
    }
    return StoredCase(shape: region, image: cutImage, labels: cutLabels)
  }
}

extension TrainingSample {
  /// An empty sample to write into.
  static func blank(_ shape: Shape3, channelCount: Int) -> TrainingSample {
    TrainingSample(
      shape: shape, channels: Array(repeating: .nan, count: channelCount * shape.count),
      labels: Array(repeating: 99, count: shape.count))
  }
}
