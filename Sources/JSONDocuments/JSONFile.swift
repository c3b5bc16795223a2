#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that cannot be read as JSON.
public enum JSONFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file cannot be opened or read.
  case unreadable(path: String, reason: String)
  /// The file's text is not JSON.
  case syntax(path: String, JSONSyntaxError)

  /// What is wrong where, on one line.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .syntax(let path, let error): "\(path): not JSON: \(error)"
    }
  }
}

extension JSONValue {
  /// Reads a document from a file.
  ///
  /// - Parameter path: A file of UTF-8 text.
  /// - Throws: ``JSONFileError`` naming the file, and the place where the text is not JSON.
  public init(contentsOf path: String) throws(JSONFileError) {
    guard let file = fopen(path, "rb") else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    guard ferror(file) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    do throws(JSONSyntaxError) { try self.init(parsing: bytes) } catch {
      throw .syntax(path: path, error)
    }
  }
}
