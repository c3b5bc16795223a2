import Glibc

/// A folder of a test's own, removed with its content when the value is released.
public final class TemporaryFolder: Sendable {
  /// Where the folder is.
  public let path: String

  /// Why no folder could be made.
  public struct Failure: Error {}

  /// Makes an empty folder.
  public init() throws {
    var template = Array("/tmp/delineate-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Failure() }
    path = template.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }

  deinit { removeFolder(path) }

  /// The names in the folder, hidden ones too, in order.
  public var names: [String] { namesInFolder(path) }
}

/// The names in a folder, hidden ones too, in order; none where there is no folder.
public func namesInFolder(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

private func removeFolder(_ path: String) {
  for name in namesInFolder(path) {
    let inner = path + "/" + name
    // A folder is refused by unlink; a link to a folder is not, so nothing outside is touched.
    if unlink(inner) != 0 { removeFolder(inner) }
  }
  rmdir(path)
}
