import DICOMSeries
import Foundation
import TestSupport
import Testing
import Volumes

/// Files put together here byte by byte: types told and not told, open sequences, odd bits.
struct SyntaxTests {
  private typealias Element = (tag: UInt32, type: String, value: [UInt8])

  private func little(_ number: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
  }

  private func text(_ string: String) -> [UInt8] {
    Array(string.utf8) + (string.utf8.count % 2 == 0 ? [] : [32])
  }

  private func bytes(_ element: Element, explicit: Bool) -> [UInt8] {
    let tag = little(element.tag >> 16, 2) + little(element.tag & 0xffff, 2)
    let length = UInt32(element.value.count)
    if !explicit { return tag + little(length, 4) + element.value }
    let isLong = ["OW", "SQ"].contains(element.type)
    return tag + Array(element.type.utf8) + (isLong ? [0, 0] : [])
      + little(length, isLong ? 4 : 2) + element.value
  }

  /// A file of 3 x 2 voxels of 12 signed bits, with an open sequence before them.
  private func file(syntax: String, explicit: Bool) -> [UInt8] {
    let weight: Element = (0x0018_1074, "DS", text("2000"))
    let item = bytes(weight, explicit: explicit)
    // Neither the sequence nor its item tells a length.
    let open: [UInt8] = [0xff, 0xff, 0xff, 0xff]
    let sequence: [UInt8] =
      [0x54, 0, 0x16, 0] + (explicit ? Array("SQ".utf8) + [0, 0] : []) + open
      + [0xfe, 0xff, 0, 0xe0] + open + item + [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]
      + [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]
    let stored: [UInt32] = [0, 1, 2047, 0xf800, 0xffff, 0x0abc]
    let before: [Element] = [
      (0x0008_0060, "CS", text("MR")), (0x0018_0050, "DS", text("4")),
      (0x0020_000e, "UI", text("1.2.3")), (0x0020_0032, "DS", text("1\\2\\3")),
      (0x0020_0037, "DS", text("1\\0\\0\\0\\1\\0")), (0x0028_0002, "US", little(1, 2)),
      (0x0028_0010, "US", little(2, 2)), (0x0028_0011, "US", little(3, 2)),
      (0x0028_0030, "DS", text("0.5\\0.25")), (0x0028_0100, "US", little(16, 2)),
      (0x0028_0101, "US", little(12, 2)), (0x0028_0102, "US", little(11, 2)),
      (0x0028_0103, "US", little(1, 2)),
    ]
    let voxels: Element = (0x7fe0_0010, "OW", stored.flatMap { little($0, 2) })
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
      + bytes((0x0002_0010, "UI", text(syntax)), explicit: true)
      + before.flatMap { bytes($0, explicit: explicit) } + sequence
      + bytes(voxels, explicit: explicit)
  }

  @Test(arguments: [("1.2.840.10008.1.2", false), ("1.2.840.10008.1.2.1", true)])
  func typesToldAndNotTold(syntax: String, explicit: Bool) throws {
    let folder = try TemporaryFolder()
    try Data(file(syntax: syntax, explicit: explicit)).write(
      to: URL(fileURLWithPath: "\(folder.path)/a"))
    let series = try DICOMSeries.series(inFolder: folder.path)
    #expect(series.map(\.identifier) == ["1.2.3"])
    #expect(series[0].facts.modality == "MR")
    #expect(series[0].facts.uptake.dose == 2000)
    let volume = try series[0].read()
    // The four bits above the twelve do not count: 0xabc is -1348.
    #expect(volume.voxels == [0, 1, 2047, -2048, -1, -1348])
    #expect(volume.geometry.spacing.x == 0.25 && volume.geometry.spacing.y == 0.5)
    #expect(volume.geometry.spacing.z == 4 && volume.geometry.origin.z == 3)
  }

  @Test func compressedVoxelsAreNamed() throws {
    let folder = try TemporaryFolder()
    let syntax = "1.2.840.10008.1.2.4.70"
    try Data(file(syntax: syntax, explicit: true)).write(
      to: URL(fileURLWithPath: "\(folder.path)/a"))
    let error = #expect(throws: DICOMError.self) {
      try DICOMSeries.series(inFolder: folder.path)[0].read()
    }
    #expect(error?.description.contains(syntax) == true)
    #expect(error?.description.contains("decompress") == true)
  }

  /// Sequences within sequences, deeper than any file has.
  @Test func depthIsBounded() throws {
    let folder = try TemporaryFolder()
    let open: [UInt8] = [0xff, 0xff, 0xff, 0xff]
    let level: [UInt8] =
      [0x54, 0, 0x16, 0] + Array("SQ".utf8) + [0, 0] + open + [0xfe, 0xff, 0, 0xe0] + open
    let start = file(syntax: "1.2.840.10008.1.2.1", explicit: true).prefix(160)
    let nested = Array(start) + Array(repeating: level, count: 100_000).flatMap { $0 }
    try Data(nested).write(to: URL(fileURLWithPath: "\(folder.path)/a"))
    #expect(throws: DICOMError.self) { try DICOMSeries.series(inFolder: folder.path) }
  }
}
