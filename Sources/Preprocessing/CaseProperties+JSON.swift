import JSONDocuments
import Planning
import Volumes

extension CaseProperties {
  /// The properties as they stand in the metadata of a stored case.
  var document: JSONObject {
    [
      "spacing": .array(spacing.map { .number($0) }),
      "shape_before_cropping": Self.list(shapeBeforeCropping.lengths),
      "box_lower": Self.list(box.lower), "box_upper": Self.list(box.upper),
    ]
  }

  /// The properties in a document, or nil if one is missing or impossible.
  init?(_ document: JSONValue) {
    guard let spacing = document["spacing"]?.doubles, spacing.count == 3,
      spacing.allSatisfy({ $0 > 0 && $0.isFinite }),
      let before = document["shape_before_cropping"]?.ints, before.count == 3,
      let lower = document["box_lower"]?.ints, lower.count == 3,
      let upper = document["box_upper"]?.ints, upper.count == 3,
      (0..<3).allSatisfy({ 0 <= lower[$0] && lower[$0] < upper[$0] && upper[$0] <= before[$0] })
    else { return nil }
    self.init(
      spacing: spacing, shapeBeforeCropping: Shape3(before),
      box: ArrayBox(lower: lower, upper: upper))
  }

  private static func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
}
