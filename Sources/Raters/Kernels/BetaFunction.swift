import ElementaryFunctions

/// The regularised incomplete beta function I_x(a, b).
///
/// - Parameters:
///   - x: From 0 to 1.
///   - complement: 1 - x, given apart so that nothing cancels near 1.
///   - a: Above 0.
///   - b: Above 0.
/// - Returns: From 0 to 1, to about 1e-13 of the smaller tail.
/// - Source: Continued fraction of NIST DLMF 8.17.22, dlmf.nist.gov, evaluated by Lentz' method as
///   modified by Thompson and Barnett, J. Comput. Phys. 64, 1986, doi:10.1016/0021-9991(86)90046-X.
func incompleteBeta(_ x: Double, complement: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if complement <= 0 { return 1 }
  // The fraction converges fast on this side of the mean only.
  if x > (a + 1) / (a + b + 2) {
    return 1 - incompleteBeta(complement, complement: x, b, a)
  }
  let logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * logarithm(x) + b * logarithm(complement)
  return exponential(logFront) * betaFraction(x, a, b) / a
}

private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...100_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonzero(1 + even * d)
    c = nonzero(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonzero(1 + odd * d)
    c = nonzero(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-16 { break }
  }
  return fraction
}
