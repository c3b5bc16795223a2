import FileOutput
import Safetensors
import TestSupport

/// A fixture's path.
func fixture(_ name: String, file: String = #filePath) -> String {
  file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/" + name
}

/// The bytes of a file with the given header text and data.
func fileBytes(header: String, data: [UInt8] = [], claimedLength: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let length = claimedLength ?? UInt64(text.count)
  return withUnsafeBytes(of: length.littleEndian) { Array($0) } + text + data
}

/// Opens bytes as a file.
func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
  let folder = try TemporaryFolder()
  let path = folder.path + "/file.safetensors"
  try writeAtomically(bytes, to: path)
  // The folder's removal leaves the mapping in place.
  return try SafetensorsFile(contentsOf: path)
}
