import Volumes

/// Where the windows of a sliding-window prediction lie.
///
/// - Source: nnU-Net 2.8.1's `compute_steps_for_sliding_window`.
struct WindowGrid {
  /// Extent of a window.
  let window: Shape3
  /// The first voxel of every window along each axis.
  let starts: [[Int]]

  /// - Parameters:
  ///   - shape: Extent of the image, at least the window's along every axis.
  ///   - window: Extent of a window; depth 1 visits every slice.
  ///   - step: Distance of neighbouring windows as a share of the window, in (0, 1].
  init(_ shape: Shape3, window: Shape3, step: Double) {
    self.window = window
    starts = (0..<3).map { axis in
      let room = shape[axis] - window[axis]
      precondition(room >= 0, "a window \(window) larger than the image \(shape)")
      let count = Int((Double(room) / (Double(window[axis]) * step)).rounded(.up)) + 1
      if count == 1 { return [0] }
      let distance = Double(room) / Double(count - 1)
      return (0..<count).map { Int((distance * Double($0)).rounded(.toNearestOrEven)) }
    }
  }

  var count: Int { starts.reduce(1) { $0 * $1.count } }

  /// The first voxel of a window, windows counted with the last axis fastest.
  func origin(_ index: Int) -> (Int, Int, Int) {
    let (rest, k) = index.quotientAndRemainder(dividingBy: starts[2].count)
    let (i, j) = rest.quotientAndRemainder(dividingBy: starts[1].count)
    return (starts[0][i], starts[1][j], starts[2][k])
  }
}

/// The weight of every voxel of a window: a Gaussian around its centre, largest 10, rounded to half precision.
///
/// - Source: nnU-Net 2.8.1's `compute_gaussian`.
func windowWeights(_ window: Shape3) -> [Float] {
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
