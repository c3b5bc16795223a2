public import JSONDocuments
import RegionsOfInterest
import Resampling
import Volumes

extension RegionRecipe {
  /// The recipe as a document that makes the same recipe again.
  public var document: JSONValue {
    [
      "images": .array(
        images.map {
          [
            "column": .string($0.column),
            "window": [.number(Double($0.window.lower)), .number(Double($0.window.upper))],
            "outside": .number(Double($0.outside)),
          ]
        }), "masks": .array(masks.map { .string($0) }),
      "labels": labels.map { .array($0.map { .integer(Int($0)) }) } ?? .null,
      "lesions": .string(lesions.rawValue),
      "spacing_mm": spacing.map { [.number($0.x), .number($0.y), .number($0.z)] } ?? .null,
      "interpolation": interpolation == .cubic ? "cubic" : "linear",
      "dilate_mm": .number(dilation), "shape": .string(crop.shape.rawValue),
      "margin_mm": .number(crop.margin), "slices": crop.slices == .all ? "all" : "largest",
      "size": size.map { .array($0.map { .integer($0) }) } ?? .null,
      "resizing": .string(resizing.rawValue), "channels": .array(channels.map(document)),
      "formats": .array(formats.map { .string($0.rawValue) }),
    ]
  }

  private func document(_ channel: Channel) -> JSONValue {
    switch channel {
    case .image(let index): return ["image": .string(images[index].column)]
    case .fusion(let first, let second, let fusion):
      let pair: JSONValue = [.string(images[first].column), .string(images[second].column)]
      switch fusion {
      case .weighted(let weight):
        return ["fuse": pair, "method": "weighted", "weight": .number(Double(weight))]
      case .alpha(let opacity):
        return ["fuse": pair, "method": "alpha", "weight": .number(Double(opacity))]
      case .maximum: return ["fuse": pair, "method": "maximum"]
      }
    }
  }
}
