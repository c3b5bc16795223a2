import FoundationEssentials
import TestSupport
import Testing

/// A small image file with an independent reader's view of it; see Fixtures/README.md.
struct FixtureCase: Decodable, CustomTestStringConvertible {
  var name: String
  var files: [String: String]
  var open: String
  var size: [Int]?
  var spacing: [Double]?
  var origin: [Double]?
  var direction: [Double]?
  var dimensions: Int?
  var values: [Float]?
  var error: String?
  var warns: Bool?

  var testDescription: String { name }

  /// All cases of a file; empty, which fails the count test, if it cannot be read.
  static func load(_ name: String) -> [FixtureCase] {
    guard let data = try? Data(contentsOf: URL(filePath: fixturePath(name))) else { return [] }
    return (try? JSONDecoder().decode([FixtureCase].self, from: data)) ?? []
  }

  /// The files' bytes.
  var contents: [String: [UInt8]] {
    files.compactMapValues { Data(base64Encoded: $0).map { Array($0) } }
  }

  /// Writes the files; returns the one to open.
  func unpack(into folder: TemporaryFolder) throws -> String {
    for (name, bytes) in contents { try writeBytes(bytes, to: folder.path + "/" + name) }
    return folder.path + "/" + open
  }
}

func fixturePath(_ name: String) -> String {
  let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
  return "/\(folder)/Fixtures/\(name)"
}

func writeBytes(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(filePath: path))
}

func readBytes(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

/// CRC-32 as in gzip and PNG, bit by bit from a table.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  let table = (0..<256).map { index -> UInt32 in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    return value
  }
  var result: UInt32 = 0xFFFF_FFFF
  for byte in bytes { result = table[Int((result ^ UInt32(byte)) & 255)] ^ (result >> 8) }
  return ~result
}

/// A gzip file of stored blocks: valid, but without compression.
func storedGzip(_ bytes: [UInt8], claimedLength: Int? = nil) -> [UInt8] {
  func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  for start in stride(from: 0, to: max(1, bytes.count), by: 65535) {
    let block = bytes[start..<min(bytes.count, start + 65535)]
    result.append(start + 65535 >= bytes.count ? 1 : 0)
    result += little(block.count, 2) + little(~block.count, 2) + block
  }
  return result + little(Int(crc32(bytes)), 4) + little(claimedLength ?? bytes.count, 4)
}
