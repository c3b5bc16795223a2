/// Which voxels of a line count how much for every voxel of a line of another length.
struct ResizeWeights {
  /// Positions and weights for every new voxel.
  let taps: [[(source: Int, weight: Float)]]

  init(from old: Int, to new: Int, _ resizing: Resizing) {
    let ratio = Double(old) / Double(new)
    taps = (0..<new).map { index in
      let centre = (Double(index) + 0.5) * ratio
      switch resizing {
      case .linear, .cubic: return Self.nearest(centre, old, resizing)
      case .antialiasedLinear, .antialiasedCubic:
        return Self.covered(centre, old, resizing, stretch: max(ratio, 1))
      }
    }
  }

  /// Those around a place, given from the line's edge; beyond its ends the outermost count.
  private static func nearest(
    _ centre: Double, _ length: Int, _ resizing: Resizing
  ) -> [(source: Int, weight: Float)] {
    let place = centre - 0.5
    let first = place.rounded(.down)
    let t = place - first
    let steps = resizing == .linear ? 0...1 : -1...2
    return steps.map { step in
      (
        min(max(Int(first) + step, 0), length - 1),
        Float(resizing == .linear ? hat(t - Double(step)) : keys(t - Double(step), -0.75))
      )
    }
  }

  /// Those under a stretched kernel, which are all inside; weights sum to 1.
  private static func covered(
    _ centre: Double, _ length: Int, _ resizing: Resizing, stretch: Double
  ) -> [(source: Int, weight: Float)] {
    let support = (resizing == .antialiasedLinear ? 1 : 2) * stretch
    let first = max(Int(centre - support + 0.5), 0)
    let end = min(Int(centre + support + 0.5), length)
    let weights = (first..<max(end, first + 1)).map { source in
      let distance = (Double(source) - centre + 0.5) / stretch
      return resizing == .antialiasedLinear ? hat(distance) : keys(distance, -0.5)
    }
    let sum = weights.reduce(0, +)
    return weights.enumerated().map { (first + $0.offset, Float($0.element / sum)) }
  }

  private static func hat(_ distance: Double) -> Double { max(1 - abs(distance), 0) }

  /// - Source: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP
  ///   29(6), 1981, doi:10.1109/TASSP.1981.1163711.
  private static func keys(_ distance: Double, _ a: Double) -> Double {
    let x = abs(distance)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a }
    return 0
  }
}
