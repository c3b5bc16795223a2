extension AxisOperator {
  /// Places of the new voxels' centres in the old ones' indices, if both cover the same length.
  package static func centres(_ count: Int, over length: Int) -> [Double] {
    let step = Double(length) / Double(count)
    return (0..<count).map { (Double($0) + 0.5) * step - 0.5 }
  }

  /// Cubic B-spline interpolation of voxels at the centres of new ones that cover the same length.
  ///
  /// The axis goes on beyond its ends as in a mirror. The spline's prefilter has an unlimited reach; its weights
  /// are left out from twelve voxels on, where they are 2e-7.
  ///
  /// - Parameters:
  ///   - length: Voxels along the axis.
  ///   - count: New voxels.
  /// - Returns: The map.
  /// - Source: Unser, IEEE Signal Processing Magazine 16, 1999, doi:10.1109/79.799930.
  package static func cubicSpline(_ length: Int, to count: Int) -> AxisOperator {
    let reach = 12
    let pole = (3 as Double).squareRoot() - 2
    // The response of the prefilter to a single 1: √3 z^|k|.
    var response = [(3 as Double).squareRoot()]
    for _ in 0..<reach { response.append(response[response.count - 1] * pole) }
    let rows = centres(count, over: length).map { centre in
      let base = Int(centre.rounded(.down))
      var weights = [Double](repeating: 0, count: 2 * reach + 4)
      for tap in -1...2 {
        let share = bSpline(centre - Double(base + tap))
        for k in -reach...reach { weights[tap + 1 + k + reach] += share * response[abs(k)] }
      }
      // What is left out is made up for, so that constants stay.
      let sum = weights.reduce(0, +)
      return (start: base - 1 - reach, weights: weights.map { $0 / sum })
    }
    return AxisOperator(inputLength: length, rows: rows, boundary: .mirror)
  }

  /// Linear interpolation at the centres of new voxels; beyond the outermost centres their values.
  package static func linear(_ length: Int, to count: Int) -> AxisOperator {
    let rows = centres(count, over: length).map { centre in
      let base = centre.rounded(.down)
      return (start: Int(base), weights: [1 - (centre - base), centre - base])
    }
    return AxisOperator(inputLength: length, rows: rows, boundary: .edge)
  }

  private static func bSpline(_ t: Double) -> Double {
    let t = abs(t)
    if t < 1 { return 2.0 / 3 - t * t + t * t * t / 2 }
    return t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0
  }
}
