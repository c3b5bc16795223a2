import ArgumentParser
import Datasets
import FileOutput
import Volumes

/// Which way the axes of points run.
enum PointFrame: String, ExpressibleByArgument, CaseIterable {
  /// Left, posterior, superior: ITK, SimpleITK, ANTs, DICOM.
  case lps
  /// Right, anterior, superior: NIfTI, nibabel, 3D Slicer's and ITK-SNAP's display.
  case ras

  /// The point in LPS of one in this frame, and back.
  func turned(_ point: Vector3) -> Vector3 {
    switch self {
    case .lps: point
    case .ras: Vector3(-point.x, -point.y, point.z)
    }
  }
}

/// Points in millimetres, one a line, in the columns x, y and z of a CSV file; other columns are kept.
struct PointTable {
  private(set) var points: [Vector3]
  private let table: DelimitedTable
  private let columns: [Int]
  private let frame: PointFrame
  private let path: String

  /// Reads a table.
  init(contentsOf path: String, frame: PointFrame) throws {
    let table = try DelimitedTable(contentsOf: path)
    let names = table.columns.map { $0.lowercased() }
    let columns = ["x", "y", "z"].compactMap { names.firstIndex(of: $0) }
    guard columns.count == 3 else {
      throw TableProblem(
        path: path, problem: "expected the columns x, y and z in mm, found \(table.columns)")
    }
    (self.table, self.columns) = (table, columns)
    points = []
    for (index, row) in table.rows.enumerated() {
      let numbers = columns.compactMap { Double(row[$0]) }.filter { abs($0) < 1e6 }
      guard numbers.count == 3 else {
        throw TableProblem(
          path: path,
          problem:
            "point \(index + 1) has the coordinates \(columns.map { row[$0] }), expected three"
            + " numbers in mm")
      }
      points.append(frame.turned(Vector3(numbers[0], numbers[1], numbers[2])))
    }
    guard !points.isEmpty else { throw TableProblem(path: path, problem: "holds no point") }
    self.frame = frame
    self.path = path
  }

  /// Moves all points.
  mutating func map(_ move: (UnsafeMutableBufferPointer<Vector3>) -> Void) {
    points.withUnsafeMutableBufferPointer { move($0) }
  }

  /// Refuses another table whose lines do not stand for the same points.
  func checkSamePoints(as other: PointTable) throws {
    guard points.count == other.points.count else {
      throw TableProblem(
        path: other.path, problem: "holds \(other.points.count) points, \(path) \(points.count)")
    }
    guard let own = table.columns.firstIndex(of: "name"),
      let theirs = other.table.columns.firstIndex(of: "name")
    else { return }
    for (a, b) in zip(table.rows, other.table.rows) where a[own] != b[theirs] {
      throw TableProblem(
        path: other.path, problem: "has the point \(b[theirs]) where \(path) has \(a[own])")
    }
  }

  /// Writes the points with the columns that came with them.
  func write(to path: String) throws {
    var lines = [table.columns]
    for (row, point) in zip(table.rows, points) {
      var row = row
      let turned = frame.turned(point)
      for (axis, column) in columns.enumerated() { row[column] = "\(turned[axis])" }
      lines.append(row)
    }
    try writeAtomically(delimited(lines), to: path)
  }
}

/// Lines of fields as comma-separated values; a field with a comma or a quote is quoted.
func delimited(_ lines: [[String]]) -> String {
  lines.map { fields in
    fields.map { field in
      guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
      let text = field.map { $0 == "\"" ? "\"\"" : $0.isNewline ? " " : "\($0)" }.joined()
      return "\"\(text)\""
    }.joined(separator: ",") + "\n"
  }.joined()
}
