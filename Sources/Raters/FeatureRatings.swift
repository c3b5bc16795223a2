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
  private let values: [String: [[Double]]]

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
    var casesOfRaters: [[String: [Double]]] = []
    for rater in raters {
      var cases: [String: [Double]] = [:]
      for item in rater.cases {
        guard cases.updateValue(item.values, forKey: item.name) == nil else {
          throw .unusableTable(
            "rater \(rater.name) has the case \(item.name) twice; give every case one line")
        }
      }
      casesOfRaters.append(cases)
    }
    let all = raters[0].cases.map(\.name)
    let cases = all.filter { name in casesOfRaters.allSatisfy { $0[name] != nil } }
    guard !cases.isEmpty else {
      throw .unusableTable("no case is in the tables of all raters; check the names of the cases")
    }
    let everybodys = Set(casesOfRaters.flatMap(\.keys))
    incompleteCases = everybodys.subtracting(cases).sorted()
    self.cases = cases
    self.raters = raters.map(\.name)
    var features: [String] = []
    var allRows: [String: [[Double]]] = [:]
    for feature in raters[0].features {
      let places = raters.compactMap { $0.features.firstIndex(of: feature) }
      guard places.count == raters.count else { continue }
      let rows = cases.map { name in
        zip(casesOfRaters, places).map { $0[name]?[$1] ?? .nan }
      }
      guard rows.contains(where: { $0.contains { !$0.isNaN } }) else { continue }
      features.append(feature)
      allRows[feature] = rows
    }
    guard !features.isEmpty else {
      throw .unusableTable("no feature with numbers is in the tables of all raters")
    }
    self.features = features
    self.values = allRows
  }

  /// The values of a feature, one row per case with a number per rater, NaN where there is none.
  public func rows(of feature: String) -> [[Double]] { values[feature] ?? [] }

  /// The values of a feature in the cases in which every rater has one.
  public func table(of feature: String) -> RatingTable {
    RatingTable(rows(of: feature), raters: raters.count)
  }
}
