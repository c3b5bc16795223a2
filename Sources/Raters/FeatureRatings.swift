/// Values of features by several raters for the same cases, such as PyRadiomics makes them from every
/// rater's masks.
public struct FeatureRatings: Hashable, Sendable {
  /// Names of the raters.
  public let raters: [String]
  /// Names of the cases that all raters have, in the first rater's order.
  public let cases: [String]
  /// Cases that some rater lacks.
  public let incompleteCases: [String]
  /// Names of the features that all raters have, in the first rater's order.
  public let features: [String]
  private let tables: [String: RatingTable]

  /// One rater's values.
  public struct Rater: Hashable, Sendable {
    /// The values of one case.
    public struct Case: Hashable, Sendable {
      /// The case's name.
      public var name: String
      /// One value per feature; NaN where there is none.
      public var values: [Double]

      /// The values of a case.
      public init(name: String, values: [Double]) {
        self.name = name
        self.values = values
      }
    }

    /// The rater's name.
    public var name: String
    /// Names of the features.
    public var features: [String]
    /// The cases in order.
    public var cases: [Case]

    /// A rater's values.
    public init(name: String, features: [String], cases: [Case]) {
      self.name = name
      self.features = features
      self.cases = cases
    }
  }

  /// Brings raters' values together.
  ///
  /// A feature without any value in a case of a rater, such as a column of text, is left out.
  ///
  /// - Parameter raters: At least two, each case once.
  /// - Throws: ``RatersError/tooFewRaters(found:needed:)``, or ``RatersError/unusableTable(_:)`` where
  ///   raters share no case or no feature or have a case twice.
  public init(_ raters: [Rater]) throws(RatersError) {
    guard raters.count > 1 else { throw .tooFewRaters(found: raters.count, needed: 2) }
    var values: [[String: [Double]]] = []
    for rater in raters {
      var cases: [String: [Double]] = [:]
      for item in rater.cases {
        guard cases.updateValue(item.values, forKey: item.name) == nil else {
          throw .unusableTable(
            "rater \(rater.name) has the case \(item.name) twice; give every case one line")
        }
      }
      values.append(cases)
    }
    let all = raters[0].cases.map(\.name)
    let cases = all.filter { name in values.allSatisfy { $0[name] != nil } }
    guard !cases.isEmpty else {
      throw .unusableTable("no case is in the tables of all raters; check the names of the cases")
    }
    let everybodys = Set(values.flatMap(\.keys))
    incompleteCases = everybodys.subtracting(cases).sorted()
    self.cases = cases
    self.raters = raters.map(\.name)
    var features: [String] = []
    var tables: [String: RatingTable] = [:]
    for feature in raters[0].features {
      let places = raters.compactMap { $0.features.firstIndex(of: feature) }
      guard places.count == raters.count else { continue }
      let rows = cases.map { name in
        zip(values, places).map { $0[name]?[$1] ?? .nan }
      }
      guard rows.contains(where: { $0.contains { !$0.isNaN } }) else { continue }
      features.append(feature)
      tables[feature] = RatingTable(rows, raters: raters.count)
    }
    guard !features.isEmpty else {
      throw .unusableTable("no feature with numbers is in the tables of all raters")
    }
    self.features = features
    self.tables = tables
  }

  /// The values of a feature, one row per case.
  public func table(of feature: String) -> RatingTable {
    tables[feature] ?? RatingTable([], raters: raters.count)
  }
}
