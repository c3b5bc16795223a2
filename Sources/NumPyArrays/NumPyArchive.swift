public import ZipArchives

/// A `.npz` file: named arrays in a zip archive.
public struct NumPyArchive: Sendable {
  /// The ending numpy gives the arrays' names in the archive.
  private static let ending = ".npy"

  /// The archive.
  public let archive: ZipArchive

  /// Opens an archive.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``NumPyError/archive(_:)`` if it cannot be read or is damaged.
  public init(contentsOf path: String) throws(NumPyError) {
    do throws(ZipError) { archive = try ZipArchive(contentsOf: path) } catch {
      throw .archive(error)
    }
  }

  /// Names of the arrays, in the order of the file.
  public var names: [String] {
    archive.entries.map(\.name).filter { $0.hasSuffix(Self.ending) }.map {
      String($0.dropLast(Self.ending.count))
    }
  }

  /// Reads an array.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - limit: The largest number of bytes to make room for.
  /// - Returns: The array.
  /// - Throws: ``NumPyError`` if there is none of that name, it is larger, damaged, or holds no numbers.
  public func array(
    named name: String, limit: Int = 1 << 33
  ) throws(NumPyError) -> NumPyArray {
    guard let entry = archive.entry(named: name + Self.ending) else {
      throw .missingArray(path: archive.path, name: name, available: names)
    }
    let bytes: [UInt8]
    do throws(ZipError) { bytes = try archive.contents(of: entry, limit: limit) } catch {
      throw .archive(error)
    }
    return try bytes.withBytes { (buffer) throws(NumPyError) in
      try NumPyArray(buffer, path: "\(archive.path)/\(entry.name)")
    }
  }

  /// Writes an archive as `numpy.savez_compressed` or `numpy.savez` does; its name stands for the old content until the new one is complete.
  ///
  /// - Parameters:
  ///   - arrays: The arrays; names are unique.
  ///   - method: Whether they are compressed.
  ///   - path: Path of the file; its folder must exist.
  /// - Throws: ``NumPyError`` if a name repeats, bytes do not fit a shape, or the disk fails. The old file, if any, is then untouched.
  public static func write(
    _ arrays: [NumPyEntry], method: ZipEntry.Method = .deflated, to path: String
  ) throws(NumPyError) {
    do throws(ZipError) {
      var writer = try ZipWriter(replacing: path)
      for entry in arrays {
        let header = NumPyHeader.bytes(entry.dataType, shape: entry.shape)
        guard let count = entry.dataType.byteCount(ofShape: entry.shape),
          count <= Int.max - header.count
        else {
          throw ZipError.unwritable(
            path: path, reason: "the shape \(entry.shape) of \(quoted(entry.name)) is impossible")
        }
        try writer.add(
          entry.name + ending, byteCount: header.count + count, method: method
        ) { (append) throws(ZipError) in
          try header.withBytes { (bytes) throws(ZipError) in try append(bytes) }
          try entry.write(append)
        }
      }
      try writer.finish()
    } catch {
      throw .archive(error)
    }
  }
}

/// An array to be written.
public struct NumPyEntry {
  /// Name of the array.
  public let name: String
  /// Type of the elements.
  public let dataType: NumPyDataType
  /// Lengths of the axes, slowest in memory first; empty for a single number.
  public let shape: [Int]

  let write: (ZipWriter.Append) throws(ZipError) -> Void

  /// An array whose bytes are made while the file is written.
  ///
  /// - Parameters:
  ///   - name: Name of the array.
  ///   - dataType: Type of the elements.
  ///   - shape: Lengths of the axes, slowest in memory first.
  ///   - write: Hands over the elements, little-endian, last axis fastest, in one or more pieces.
  public init(
    name: String, dataType: NumPyDataType, shape: [Int],
    writing write: @escaping (ZipWriter.Append) throws(ZipError) -> Void
  ) {
    self.name = name
    self.dataType = dataType
    self.shape = shape
    self.write = write
  }

  /// An array of float32.
  public init(name: String, shape: [Int], floats: [Float]) {
    self.init(name: name, dataType: .float32, shape: shape, elements: floats)
  }

  /// An array of float64.
  public init(name: String, shape: [Int], doubles: [Double]) {
    self.init(name: name, dataType: .float64, shape: shape, elements: doubles)
  }

  /// An array of 8-bit whole numbers.
  public init(name: String, shape: [Int], uint8s: [UInt8]) {
    self.init(name: name, dataType: .uint8, shape: shape, elements: uint8s)
  }

  /// An array of 64-bit whole numbers.
  public init(name: String, shape: [Int], int64s: [Int64]) {
    self.init(name: name, dataType: .int64, shape: shape, elements: int64s)
  }

  private init<Element: BitwiseCopyable>(
    name: String, dataType: NumPyDataType, shape: [Int], elements: [Element]
  ) {
    self.init(name: name, dataType: dataType, shape: shape) { (append) throws(ZipError) in
      try elements.withBytes { (buffer) throws(ZipError) in try append(buffer) }
    }
  }
}
