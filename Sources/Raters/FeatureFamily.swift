/// How reliable the features of one family are.
public struct FeatureFamily: Hashable, Sendable {
  /// Such as `shape` or `glcm`.
  public let name: String
  /// Correlations of its features, in order.
  public let correlations: [IntraclassCorrelation]

  /// Features whose estimate is of a class.
  public func count(of reliability: Reliability) -> Int {
    correlations.count { Reliability($0.value) == reliability }
  }

  /// Features whose lower end of the 95 % interval is at least a number.
  public func count(ofLowerEndsFrom limit: Double) -> Int {
    correlations.count { $0.lower >= limit }
  }
}

extension FeatureRatings {
  /// The features' correlations by family, in the order in which families appear.
  ///
  /// A family is the second part of PyRadiomics' names (`original_glcm_Contrast`), else the first part
  /// of a name, as of MIRP's (`cm_contrast_d1_3d_avg`).
  public func families(by form: IntraclassForm) -> [FeatureFamily] {
    var order: [String] = []
    var members: [String: [IntraclassCorrelation]] = [:]
    for feature in features {
      let family = familyName(of: feature)
      if members[family] == nil { order.append(family) }
      members[family, default: []].append(IntraclassCorrelation(form, of: table(of: feature)))
    }
    return order.map { FeatureFamily(name: $0, correlations: members[$0] ?? []) }
  }

  private func familyName(of feature: String) -> String {
    let parts = feature.split(separator: "_").map(String.init)
    if parts.count > 2, pyRadiomicsFamilies.contains(parts[1]) { return parts[1] }
    return parts.first ?? feature
  }
}

private let pyRadiomicsFamilies: Set = [
  "shape", "shape2D", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm",
]
