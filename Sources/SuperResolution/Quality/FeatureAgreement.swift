public import JSONDocuments
internal import Raters

/// How far features of images, such as PyRadiomics', agree with those of the truth, over many regions.
public struct FeatureAgreement: Hashable, Sendable {
  /// Features of one image in one region, by their names.
  public typealias Features = [String: Double]

  /// A feature's agreement.
  public struct Row: Hashable, Sendable {
    /// The feature's name.
    public let feature: String
    /// Lin's concordance correlation with the truth.
    public let concordance: Double
    /// The intraclass correlation ICC(2,1) with the truth.
    public let intraclass: Double
  }

  /// The agreement of every feature that varies in the truth, in the order of names.
  public let rows: [Row]

  /// - Parameters:
  ///   - found: Features by region.
  ///   - truth: Features of the truth, of the same regions. What is missing or not finite in one of both leaves the feature out.
  public init(of found: [Features], with truth: [Features]) {
    precondition(found.count == truth.count, "\(found.count) against \(truth.count) regions")
    let names = Set((truth + found).flatMap(\.keys)).sorted()
    rows = names.compactMap { name in
      let pairs = zip(found, truth).compactMap { a, b -> [Double]? in
        guard let a = a[name], let b = b[name], a.isFinite, b.isFinite else { return nil }
        return [a, b]
      }
      guard pairs.count == truth.count, pairs.count > 1 else { return nil }
      let concordance = concordanceCorrelation(pairs.map { $0[0] }, pairs.map { $0[1] })
      guard pairs.contains(where: { $0[1] != pairs[0][1] }), concordance.isFinite else {
        return nil
      }
      let table = RatingTable(pairs, raters: 2)
      return Row(
        feature: name, concordance: concordance,
        intraclass: IntraclassCorrelation(.twoWayRandom, of: table).value)
    }
  }

  /// The median of the features' concordance; NaN without features.
  public var median: Double {
    let sorted = rows.map(\.concordance).sorted()
    guard !sorted.isEmpty else { return .nan }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The share of features whose concordance reaches a number; NaN without features.
  public func share(atLeast concordance: Double) -> Double {
    Double(rows.count { $0.concordance >= concordance }) / Double(rows.count)
  }

  /// The fields of a report.
  public var document: JSONValue {
    func field(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
    var features = JSONObject()
    for row in rows {
      features[row.feature] = ["ccc": field(row.concordance), "icc_2_1": field(row.intraclass)]
    }
    return [
      "features": .integer(rows.count), "median_ccc": field(median),
      "share_ccc_0.85": field(share(atLeast: 0.85)),
      "share_ccc_0.90": field(share(atLeast: 0.9)),
      "by_feature": .object(features),
    ]
  }
}
