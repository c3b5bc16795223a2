internal import JSONDocuments
internal import Volumes

/// What the images were like that a model was trained on.
public struct UpscalingStatistics: Hashable, Sendable {
  /// The smallest and largest spacing of their fine grids along x, y and z, in mm.
  public var spacings: [ClosedRange<Double>]
  /// The smallest and largest contrast: the standard deviation of intensities on the scale of ``IntensityScale``.
  public var contrast: ClosedRange<Double>
  /// Number of images.
  public var count: Int

  /// Statistics of images.
  ///
  /// - Parameter images: Spacings and normalised intensities, one image at least.
  init(_ images: [(spacing: Vector3, intensities: [Float])]) {
    func range(_ values: [Double]) -> ClosedRange<Double> {
      (values.min() ?? 0)...(values.max() ?? 0)
    }
    spacings = [\Vector3.x, \.y, \.z].map { axis in range(images.map { $0.spacing[keyPath: axis] })
    }
    contrast = range(images.map { deviation(of: $0.intensities) })
    count = images.count
  }

  var document: JSONValue {
    func pair(_ range: ClosedRange<Double>) -> JSONValue {
      [.number(range.lowerBound), .number(range.upperBound)]
    }
    return [
      "spacings_xyz_mm": .array(spacings.map(pair)), "contrast": pair(contrast),
      "images": .integer(count),
    ]
  }

  init?(_ document: JSONValue) {
    func pair(_ value: JSONValue?) -> ClosedRange<Double>? {
      guard let ends = value?.doubles, ends.count == 2, ends[0] <= ends[1] else { return nil }
      return ends[0]...ends[1]
    }
    guard let spacings = document["spacings_xyz_mm"]?.array?.compactMap({ pair($0) }),
      spacings.count == 3, let contrast = pair(document["contrast"]),
      let count = document["images"]?.int
    else { return nil }
    self.spacings = spacings
    self.contrast = contrast
    self.count = count
  }

  /// What is unlike the images that the model was trained on, one line each.
  ///
  /// - Parameters:
  ///   - spacing: The spacing of an image of low resolution.
  ///   - intensities: Its intensities on the scale of ``IntensityScale``.
  ///   - factors: The model's factors along x, y and z.
  /// - Returns: The lines.
  func concerns(spacing: Vector3, intensities: [Float], factors: [Double]) -> [String] {
    var concerns: [String] = []
    let names = ["x", "y", "z"]
    for (axis, found) in [spacing.x, spacing.y, spacing.z].enumerated() {
      let known = spacings[axis]
      let expected =
        known.lowerBound * factors[axis]...known.upperBound * factors[axis]
      if found < expected.lowerBound / 1.5 || found > expected.upperBound * 1.5 {
        concerns.append(
          "its spacing along \(names[axis]) is \(text(found)) mm, and the model was trained for "
            + "\(text(expected.lowerBound)) to \(text(expected.upperBound)) mm")
      }
    }
    let found = deviation(of: intensities)
    if found < contrast.lowerBound / 1.5 || found > contrast.upperBound * 1.5 {
      concerns.append(
        "its contrast (standard deviation over range) is \(text(found)), and the model was trained "
          + "on \(text(contrast.lowerBound)) to \(text(contrast.upperBound))")
    }
    return concerns
  }

  private func text(_ number: Double) -> String {
    "\((number * 1000).rounded() / 1000)"
  }
}

private func deviation(of values: [Float]) -> Double {
  guard !values.isEmpty else { return 0 }
  let count = Double(values.count)
  let mean = values.reduce(0.0) { $0 + Double($1) } / count
  let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  return (squares / count).squareRoot()
}
