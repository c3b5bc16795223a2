import FileOutput
import JSONDocuments

/// Writes safetensors files.
///
/// - Source: Safetensors format, github.com/huggingface/safetensors, section "Format".
public enum SafetensorsWriter {
  /// The data begin at a multiple of this many bytes, a cache line.
  static let alignment = 64

  /// Writes a file, tensor by tensor; its name stands for the old content until the new one is
  /// complete and on disk.
  ///
  /// Equal entries and metadata give equal bytes.
  ///
  /// - Parameters:
  ///   - entries: The tensors, in the order their data shall have; names are unique.
  ///   - metadata: Free text for the header.
  ///   - path: Path of the file; its folder must exist.
  /// - Throws: ``SafetensorsError/invalidEntry(path:name:problem:)`` if names repeat or bytes do
  ///   not fit a shape, ``SafetensorsError/unwritable(path:reason:)``, or what an entry's closure
  ///   throws. The old file, if any, is then untouched.
  public static func write(
    _ entries: [SafetensorsEntry], metadata: [String: String] = [:], to path: String
  ) throws(SafetensorsError) {
    let (header, byteCounts) = try header(of: entries, metadata: metadata, path: path)
    let file = try unwritable(path) { () throws(FileOutputError) in
      try AtomicFile(replacing: path)
    }
    try unwritable(path) { () throws(FileOutputError) in try file.write(header.span.bytes) }
    for (entry, expected) in zip(entries, byteCounts) {
      var found = 0
      try entry.write { (bytes) throws(SafetensorsError) in
        found += bytes.count
        try unwritable(path) { () throws(FileOutputError) in try file.write(bytes) }
      }
      guard found == expected else {
        throw .invalidEntry(
          path: path, name: entry.name,
          problem:
            "its shape \(entry.shape) of \(entry.dataType.rawValue) takes \(expected) bytes, "
            + "\(found) were given")
      }
    }
    do throws(FileOutputError) {
      try file.commit()
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }

  /// Runs a step of the writing and turns its error into this module's.
  private static func unwritable<Result: ~Copyable>(
    _ path: String, _ step: () throws(FileOutputError) -> Result
  ) throws(SafetensorsError) -> Result {
    do throws(FileOutputError) {
      return try step()
    } catch {
      throw .unwritable(path: path, reason: error.description)
    }
  }

  /// The first bytes of the file, up to the data, and the number of bytes of every entry.
  private static func header(
    of entries: [SafetensorsEntry], metadata: [String: String], path: String
  ) throws(SafetensorsError) -> (bytes: [UInt8], byteCounts: [Int]) {
    var members: [String] = []
    if !metadata.isEmpty {
      var texts = JSONObject()
      for (name, text) in metadata.sorted(by: { $0.key < $1.key }) { texts[name] = .string(text) }
      members.append(member(SafetensorsHeader.metadataName, .object(texts)))
    }
    var names = Set([SafetensorsHeader.metadataName])
    var byteCounts: [Int] = []
    var end = 0
    for entry in entries {
      guard names.insert(entry.name).inserted else {
        throw .invalidEntry(
          path: path, name: entry.name, problem: "the name is taken: names occur once in a file")
      }
      guard let count = entry.dataType.byteCount(ofShape: entry.shape), count <= Int.max - end
      else {
        throw .invalidEntry(
          path: path, name: entry.name, problem: "its shape \(entry.shape) is impossible")
      }
      members.append(
        member(
          entry.name,
          [
            "dtype": .string(entry.dataType.rawValue),
            "shape": .array(entry.shape.map { .integer($0) }),
            "data_offsets": [.integer(end), .integer(end + count)],
          ]))
      byteCounts.append(count)
      end += count
    }
    var text = Array(("{" + members.joined(separator: ",") + "}").utf8)
    while (8 + text.count) % alignment != 0 { text.append(UInt8(ascii: " ")) }
    guard text.count <= SafetensorsHeader.largestByteCount else {
      throw .unwritable(
        path: path,
        reason: "its header takes \(text.count) bytes, the format allows "
          + "\(SafetensorsHeader.largestByteCount)")
    }
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return (length + text, byteCounts)
  }

  private static func member(_ name: String, _ value: JSONValue) -> String {
    JSONValue.string(name).text(.compact) + ":" + value.text(.compact)
  }
}
