import Datasets

/// A table of pairs of images to register.
struct RegistrationTable {
  /// One pair.
  struct Row {
    var name: String
    var fixed: String
    var moving: String
    var fixedMask: String?
    var movingMask: String?
    var initial: String?
    var preset: String?
    var labels: String?

    /// All files that are read.
    var inputs: [String] {
      [fixed, moving]
        + [
          fixedMask, movingMask, initial, labels, preset?.hasSuffix(".json") == true ? preset : nil,
        ]
        .compactMap { $0 }
    }
  }

  let rows: [Row]

  private static let columns = [
    "case", "fixed", "moving", "fixed_mask", "moving_mask", "initial", "preset", "labels",
  ]

  /// Reads a table; paths in it are relative to its folder.
  init(contentsOf path: String) throws {
    let table = try DelimitedTable(contentsOf: path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    if let other = table.columns.first(where: { !Self.columns.contains($0) }) {
      throw TableProblem(
        path: path,
        problem: "has a column '\(other)', expected case, fixed, moving and maybe"
          + " \(Self.columns.dropFirst(3).joined(separator: ", "))")
    }
    if let missing = Self.columns.prefix(3).first(where: { !table.columns.contains($0) }) {
      throw TableProblem(path: path, problem: "has no column '\(missing)'")
    }
    var names = Set<String>()
    rows = try table.rows.enumerated().map { index, fields in
      func field(_ name: String) -> String? {
        guard let column = table.columns.firstIndex(of: name), !fields[column].isEmpty else {
          return nil
        }
        return fields[column]
      }
      func file(_ name: String) -> String? {
        field(name).map { $0.hasPrefix("/") ? $0 : folder + $0 }
      }
      guard let name = field("case"), let fixed = file("fixed"), let moving = file("moving") else {
        throw TableProblem(
          path: path, problem: "line \(index + 2): case, fixed or moving is empty")
      }
      guard !name.contains("/"), !name.hasPrefix("."), name != "registration" else {
        throw TableProblem(
          path: path,
          problem: "line \(index + 2): files cannot be named after the case '\(name)'")
      }
      guard names.insert(name).inserted else {
        throw TableProblem(path: path, problem: "line \(index + 2): a second case '\(name)'")
      }
      return Row(
        name: name, fixed: fixed, moving: moving, fixedMask: file("fixed_mask"),
        movingMask: file("moving_mask"), initial: file("initial"),
        preset: field("preset").map { $0.hasSuffix(".json") ? file("preset") ?? $0 : $0 },
        labels: file("labels"))
    }
    guard !rows.isEmpty else { throw TableProblem(path: path, problem: "names no case") }
  }
}
