/// Which part of a study every case belongs to, such as a site or a scanner, read from a CSV table.
public struct CohortList: Hashable, Sendable {
  /// Cohort of every case that has one, by the case's name.
  public let cohorts: [String: String]

  /// Reads the columns `case` and `cohort` of a table; others are passed over, so that a dataset's
  /// own table serves too.
  ///
  /// - Parameter path: A CSV file whose first line names the columns.
  /// - Throws: ``DatasetError/unreadable(path:reason:)`` or
  ///   ``DatasetError/table(path:line:problem:)``.
  public init(contentsOf path: String) throws(DatasetError) {
    cohorts = try CaseTable.values(of: "cohort", in: path).filter { !$0.value.isEmpty }
  }
}
