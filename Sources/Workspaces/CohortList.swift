import Datasets

#if canImport(Glibc)
  import Glibc
#endif

/// Which cohort each case belongs to: a CSV table with the columns `case` and `cohort`.
public struct CohortList: Sendable, Equatable {
  /// The cohort of every case that has one, by the case's name.
  public let cohorts: [String: String]

  /// Reads a table; other columns are passed over, and a dataset's table of cases will do.
  ///
  /// - Throws: ``WorkspaceError/file(path:problem:)`` naming the line.
  public init(contentsOf path: String) throws(WorkspaceError) {
    guard let file = fopen(path, "rb") else {
      throw .file(path: path, problem: "cannot be read: " + String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes.append(contentsOf: chunk[..<count])
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == 13 ? $0.dropLast() : $0, as: UTF8.self) }
    let header = CaseTable.fields(lines[0][...]) ?? []
    guard let name = header.firstIndex(of: "case"), let cohort = header.firstIndex(of: "cohort")
    else {
      throw .file(
        path: path,
        problem: "line 1: expected the columns \"case\" and \"cohort\", found \(header)")
    }
    var cohorts: [String: String] = [:]
    for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
      guard let values = CaseTable.fields(line[...]), values.count == header.count else {
        throw .file(
          path: path, problem: "line \(index + 1): expected \(header.count) fields as in line 1")
      }
      if !values[cohort].isEmpty { cohorts[values[name]] = values[cohort] }
    }
    self.cohorts = cohorts
  }
}
