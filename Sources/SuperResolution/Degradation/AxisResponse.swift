internal import ElementaryFunctions

/// How a scanner sees the details along an axis.
public enum AxisResponse: Hashable, Sendable {
  /// A Gaussian slice profile; its full width at half maximum as a multiple of the coarse voxel.
  case gaussian(width: Double)
  /// The mean over the coarse voxel.
  case mean
  /// The low frequencies alone, as a scanner acquires them; the share of them at the upper end that fades
  /// out by half a cosine, 0 for none.
  case frequencies(taper: Double)

  /// The map from fine voxels to the centres of coarse ones that cover the same length.
  ///
  /// - Parameters:
  ///   - length: Fine voxels along the axis.
  ///   - count: Coarse voxels.
  /// - Returns: The map.
  package func map(_ length: Int, to count: Int) -> AxisOperator {
    switch self {
    case .gaussian(let width): gaussian(length, count, width)
    case .mean: mean(length, count)
    case .frequencies(let taper): frequencies(length, count, taper)
    }
  }

  private func gaussian(_ length: Int, _ count: Int, _ width: Double) -> AxisOperator {
    let factor = Double(length) / Double(count)
    let deviation = max(width * factor / 2.354_820_045, 1e-6)
    let rows = AxisOperator.centres(count, over: length).map { centre in
      let first = Int((centre - 4 * deviation).rounded(.up))
      let last = max(first, Int((centre + 4 * deviation).rounded(.down)))
      let weights = (first...last).map { place in
        let t = (Double(place) - centre) / deviation
        return exponential(-t * t / 2)
      }
      let sum = weights.reduce(0, +)
      return (start: first, weights: weights.map { $0 / sum })
    }
    return AxisOperator(inputLength: length, rows: rows, boundary: .edge)
  }

  private func mean(_ length: Int, _ count: Int) -> AxisOperator {
    let factor = Double(length) / Double(count)
    let rows = (0..<count).map { index in
      // Voxel i covers i ..< i + 1 here.
      let (from, to) = (Double(index) * factor, Double(index + 1) * factor)
      let first = Int(from.rounded(.down))
      let last = min(length - 1, Int(to.rounded(.up)) - 1)
      let weights = (first...max(first, last)).map { place in
        max(0, min(to, Double(place + 1)) - max(from, Double(place))) / factor
      }
      return (start: first, weights: weights)
    }
    return AxisOperator(inputLength: length, rows: rows, boundary: .edge)
  }

  /// Voxels that are added by reflection at either end, so that the periodic spectrum does not join one end
  /// to the other.
  static let padding = 16

  /// The Fourier series of the padded axis up to the coarse grid's highest frequency, at the coarse centres.
  ///
  /// A scanner has its samples where it wants: the series is evaluated at the centres of the coarse voxels,
  /// which is the shift that a phase ramp in k-space brings. The highest frequency of an even number of
  /// samples is a cosine, with half its weight.
  private func frequencies(_ length: Int, _ count: Int, _ taper: Double) -> AxisOperator {
    let padded = length + 2 * Self.padding
    let factor = Double(length) / Double(count)
    let kept = max(1, Int((Double(padded) / factor).rounded()))
    let highest = kept / 2
    let weights = (0...highest).map { frequency -> Double in
      var weight = frequency == 0 ? 1.0 : 2.0
      if frequency > 0, 2 * frequency == kept { weight /= 2 }
      let start = Double(highest) * (1 - taper)
      if taper > 0, Double(frequency) > start {
        weight *=
          0.5 + 0.5 * cosine(Double.pi * (Double(frequency) - start) / (Double(highest) * taper))
      }
      return weight / Double(padded)
    }
    let rows = AxisOperator.centres(count, over: length).map { centre in
      let row = (-Self.padding..<length + Self.padding).map { place in
        let angle = 2 * Double.pi * (centre - Double(place)) / Double(padded)
        var sum = 0.0
        for frequency in weights.indices {
          sum += weights[frequency] * cosine(Double(frequency) * angle)
        }
        return sum
      }
      return (start: -Self.padding, weights: row)
    }
    return AxisOperator(inputLength: length, rows: rows, boundary: .reflection)
  }
}
