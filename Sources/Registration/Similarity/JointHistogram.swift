internal import ElementaryFunctions

/// How often pairs of intensities occur together.
struct JointHistogram {
  /// Rows of the fixed image's bins; sums to 1 unless empty.
  private let shares: [Double]
  private let bins: Int
  /// Sums over the fixed image's bins.
  private let moving: [Double]

  init(counts: [Double], bins: Int) {
    self.bins = bins
    let total = counts.reduce(0, +)
    let shares = total > 0 ? counts.map { $0 / total } : counts
    self.shares = shares
    moving = (0..<bins).map { column in
      (0..<bins).reduce(0) { $0 + shares[$1 * bins + column] }
    }
  }

  /// Shares below this count as none, as in ITK.
  private static let least = 1e-16

  /// The mutual information in nats.
  var mutualInformation: Double {
    information(from: informationSlopes)
  }

  /// The mutual information from ``informationSlopes``: for every cell there is one logarithm only.
  func information(from slopes: [Double]) -> Double {
    var sum = 0.0
    for row in 0..<bins {
      var fixed = 0.0
      for cell in row * bins..<(row + 1) * bins {
        fixed += shares[cell]
        sum += shares[cell] * slopes[cell]
      }
      if fixed > Self.least { sum -= fixed * logarithm(fixed) }
    }
    return sum
  }

  /// The ratio of both entropies and the joint one; 2 for images that determine one another.
  var normalisedInformation: Double {
    let joint = entropy(shares)
    return joint > 0 ? (mutualInformation + joint) / joint : 1
  }

  private func entropy(_ shares: [Double]) -> Double {
    -shares.reduce(0) { $1 > Self.least ? $0 + $1 * logarithm($1) : $0 }
  }

  /// For every cell how the mutual information grows with its share, up to what is the same in all
  /// cells of a row: the logarithm of the share over the moving bin's, 0 where it is empty.
  var informationSlopes: [Double] {
    var slopes = [Double](repeating: 0, count: shares.count)
    for row in 0..<bins {
      for column in 0..<bins {
        let share = shares[row * bins + column]
        if share > Self.least {
          slopes[row * bins + column] = logarithm(share / moving[column])
        }
      }
    }
    return slopes
  }

  /// The same for the normalised information.
  var normalisedSlopes: [Double] {
    let joint = entropy(shares)
    let ratio = normalisedInformation
    return shares.indices.map {
      shares[$0] > Self.least
        ? (ratio * logarithm(shares[$0]) - logarithm(moving[$0 % bins])) / joint : 0
    }
  }
}
