#if canImport(Glibc)
  import Glibc
#endif

/// A file that a test needs and cannot read.
public struct UnreadableTestFile: Error {
  /// The file.
  public let path: String

  /// The error for a file.
  public init(path: String) { self.path = path }
}

/// The content of a file, for tests.
public func bytes(ofFile path: String) throws -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw UnreadableTestFile(path: path) }
  defer { fclose(file) }
  fseek(file, 0, SEEK_END)
  let size = ftell(file)
  rewind(file)
  return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    count = fread(buffer.baseAddress, 1, size, file)
  }
}
