import FileOutput
import TestSupport
import Testing
import TorchCheckpoints
import ZipArchives

/// A fixture's path.
func fixture(_ name: String, file: String = #filePath) -> String {
  file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/" + name
}

/// Opens a checkpoint that consists of a pickle and one storage of 12 numbers.
func open(
  pickle: [UInt8], method: ZipEntry.Method = .stored, in name: String = "checkpoint"
) throws -> TorchCheckpoint {
  let folder = try TemporaryFolder()
  let path = folder.path + "/checkpoint.pth"
  var writer = try ZipWriter(replacing: path)
  try writer.add("\(name)/data.pkl", pickle, method: method)
  try writer.add("\(name)/data/0", Array(repeating: 0, count: 48), method: .stored)
  try writer.finish()
  return try TorchCheckpoint(contentsOf: path)
}

/// Expects that reading fails with one line that has all parts.
func expectRefusal<Result>(_ parts: [String], _ read: () throws -> Result) {
  let error = #expect(throws: TorchCheckpointError.self) { _ = try read() }
  let line = error?.description ?? ""
  #expect(!line.contains("\n"))
  for part in parts { #expect(line.contains(part), "\(line)") }
}

/// The pieces of a pickle of protocol 2.
enum Piece {
  static let start: [UInt8] = [0x80, 2]

  static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + little(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func code(_ letters: String) -> [UInt8] { Array(letters.utf8) }

  static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// A dictionary with `network_weights` that has one member.
  static func weights(_ value: [UInt8]) -> [UInt8] {
    start + code("}") + text("network_weights") + code("}") + text("a") + value + code("ss.")
  }

  /// A tensor from the pieces of its arguments.
  static func tensor(
    key: String = "0", count: [UInt8] = [0x4B, 12], offset: [UInt8] = [0x4B, 0],
    shape: [[UInt8]] = [[0x4B, 12]], strides: [[UInt8]] = [[0x4B, 1]]
  ) -> [UInt8] {
    global("torch._utils", "_rebuild_tensor_v2") + code("((") + text("storage")
      + global("torch", "FloatStorage") + text(key) + text("cpu") + count + code("tQ") + offset
      + code("(") + shape.flatMap { $0 } + code("t(") + strides.flatMap { $0 } + code("t")
      + [0x89] + global("collections", "OrderedDict") + code(")RtR")
  }
}
