import FileOutput
import TestSupport
import ZipArchives

/// A fixture's path.
func fixture(_ name: String, file: String = #filePath) -> String {
  file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/" + name
}

/// Reads every entry of an archive; the checksum of every byte depends on all of them being read.
func readAll(_ bytes: [UInt8]) throws(ZipError) -> [String: [UInt8]] {
  let archive = try ZipArchive(bytes, named: "test.zip")
  var result: [String: [UInt8]] = [:]
  for entry in archive.entries { result[entry.name] = try archive.contents(of: entry) }
  return result
}

extension Array where Element == UInt8 {
  /// The places of a sequence of bytes.
  func places(of pattern: [UInt8]) -> [Int] {
    guard count >= pattern.count else { return [] }
    return (0...count - pattern.count).filter {
      self[$0..<$0 + pattern.count].elementsEqual(pattern)
    }
  }

  /// Replaces bytes at every place where a pattern begins, `offset` after the beginning.
  mutating func replace(_ bytes: [UInt8], at offset: Int, ofEvery pattern: [UInt8]) {
    for place in places(of: pattern) {
      replaceSubrange(place + offset..<place + offset + bytes.count, with: bytes)
    }
  }
}

/// The first bytes of a local header, a header of the list, and the end record.
let localSign: [UInt8] = [0x50, 0x4B, 3, 4]
let centralSign: [UInt8] = [0x50, 0x4B, 1, 2]
let endSign: [UInt8] = [0x50, 0x4B, 5, 6]
