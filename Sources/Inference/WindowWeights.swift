import ElementaryFunctions
package import Volumes

/// The weight of every voxel of a window: a Gaussian around its centre, largest 10, rounded to half precision.
///
/// - Source: nnU-Net 2.8.1's `compute_gaussian`.
package func windowWeights(_ window: Shape3) -> [Float] {
  let profiles = (0..<3).map { axis in gaussianProfile(window[axis]) }
  let largest = profiles.reduce(1) { $0 * ($1.max() ?? 1) }
  var weights: [Float] = []
  weights.reserveCapacity(window.count)
  for a in profiles[0] {
    for b in profiles[1] {
      for c in profiles[2] { weights.append(Float(Float16(a * b * c / largest * 10))) }
    }
  }
  // What rounds to 0 would divide by 0 where only corners of windows meet.
  let smallest = weights.filter { $0 > 0 }.min() ?? 1
  return weights.map { $0 > 0 ? $0 : smallest }
}

/// The response of a Gaussian filter, cut off at four deviations and scaled to sum 1, to an impulse in the middle of an axis.
private func gaussianProfile(_ length: Int) -> [Double] {
  if length == 1 { return [1] }
  let deviation = Double(length) / 8
  let radius = Int(4 * deviation + 0.5)
  let centre = length / 2
  func density(_ distance: Int) -> Double {
    exponential(-0.5 * Double(distance * distance) / (deviation * deviation))
  }
  let total = (-radius...radius).reduce(0) { $0 + density($1) }
  return (0..<length).map { abs($0 - centre) <= radius ? density($0 - centre) / total : 0 }
}
