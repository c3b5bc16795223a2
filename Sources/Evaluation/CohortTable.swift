/// The scores of every structure in every cohort.
public struct CohortTable: Hashable, Sendable {
  /// The scores of one structure in one cohort.
  public struct Row: Hashable, Sendable {
    /// Name of the cohort, or ``CohortTable/allCases``.
    public var cohort: String
    /// What was scored.
    public var structure: Structure
    /// Cases of the cohort.
    public var cases: Int
    /// Cases in which the structure is in the reference or the prediction, so that overlap is
    /// defined.
    public var definedCases: Int
    /// Every figure that was asked for.
    public var scores: [CaseMetric: ScoreDistribution]
    /// Lesions of all cases together, where they were asked for.
    public var lesions: LesionCounts?

    /// Dice's coefficient.
    public var dice: ScoreDistribution { scores[.dice] ?? ScoreDistribution(of: []) }
    /// Intersection over union.
    public var intersectionOverUnion: ScoreDistribution {
      scores[.intersectionOverUnion] ?? ScoreDistribution(of: [])
    }
  }

  /// Name of the rows over all cases, written where there is more than one cohort.
  public static let allCases = "all"

  /// The rows: cohorts in order of their names, structures in the summary's order, all cases last.
  public let rows: [Row]

  /// Sums up a summary by cohort.
  ///
  /// - Parameters:
  ///   - summary: The scores.
  ///   - cohorts: Cohort of every case, by the case's name; a case that is not named belongs to the
  ///     cohort `-`. Empty: one cohort.
  public init(_ summary: EvaluationSummary, cohorts: [String: String] = [:]) {
    var members: [String: [CaseOverlap]] = [:]
    for item in summary.cases where !cohorts.isEmpty {
      members[cohorts[item.name] ?? "-", default: []].append(item)
    }
    var groups = members.sorted { $0.key < $1.key }.map { (name: $0.key, cases: $0.value) }
    if groups.count != 1 { groups.append((Self.allCases, summary.cases)) }
    rows = groups.flatMap { group in
      summary.structures.enumerated().map { index, structure in
        Row(cohort: group.name, cases: group.cases, structure: structure, index: index)
      }
    }
  }
}

extension CohortTable.Row {
  /// The scores of the structure at `index` of the summary in the given cases.
  fileprivate init(cohort: String, cases: [CaseOverlap], structure: Structure, index: Int) {
    self.cohort = cohort
    self.structure = structure
    self.cases = cases.count
    definedCases = cases.count { !$0.counts[index].dice.isNaN }
    scores = [:]
    for metric in CaseMetric.allCases {
      let values = cases.compactMap { $0.score(metric, ofStructure: index) }
      if values.count == cases.count { scores[metric] = ScoreDistribution(of: values) }
    }
    let lesions = cases.compactMap { $0.lesions.isEmpty ? nil : $0.lesions[index] }
    if let first = lesions.first { self.lesions = lesions.dropFirst().reduce(first, +) }
  }
}
