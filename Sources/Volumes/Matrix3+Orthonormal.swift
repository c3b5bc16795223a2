extension Matrix3 {
  /// How far the columns are from orthonormal: the largest entry, in absolute value, of the
  /// transpose times the matrix minus identity.
  public var orthonormalityDefect: Double {
    let product = transposed * self
    var worst = 0.0
    for row in 0..<3 {
      for column in 0..<3 {
        let defect = abs(product[row, column] - (row == column ? 1 : 0))
        if !(defect <= worst) { worst = defect }
      }
    }
    return worst
  }

  /// The closest orthonormal matrix, of the same handedness, or nil if the matrix is singular or
  /// not finite.
  ///
  /// - Complexity: A few inversions of 3 x 3 matrices.
  /// - Source: Higham, "Computing the polar decomposition", SIAM J. Sci. Stat. Comput. 7(4), 1986,
  ///   doi:10.1137/0907079.
  public var nearestOrthonormal: Matrix3? {
    var estimate = self
    for _ in 0..<60 {
      guard let inverse = estimate.inverse else { return nil }
      var next = inverse.transposed
      var change = 0.0
      for column in 0..<3 {
        next.columns[column] = (next.columns[column] + estimate.columns[column]) * 0.5
        change = max(change, (next.columns[column] - estimate.columns[column]).length)
      }
      estimate = next
      if change < 1e-15 { break }
    }
    return estimate.orthonormalityDefect < 1e-12 ? estimate : nil
  }
}
