package import Volumes

/// Where the windows of a sliding-window prediction lie.
///
/// - Source: nnU-Net 2.8.1's `compute_steps_for_sliding_window`.
package struct WindowGrid {
  /// Extent of a window.
  let window: Shape3
  /// The first voxel of every window along each axis.
  package let starts: [[Int]]

  /// - Parameters:
  ///   - shape: Extent of the image, at least the window's along every axis.
  ///   - window: Extent of a window; depth 1 visits every slice once.
  ///   - step: Distance of neighbouring windows as a share of the window, in (0, 1].
  package init(_ shape: Shape3, window: Shape3, step: Double) {
    self.window = window
    starts = (0..<3).map { axis in
      let room = shape[axis] - window[axis]
      precondition(room >= 0, "a window \(window) larger than the image \(shape)")
      // Half a voxel's step would visit every slice twice, with the same result.
      if window[axis] == 1 { return Array(0...room) }
      let count = Int((Double(room) / (Double(window[axis]) * step)).rounded(.up)) + 1
      if count == 1 { return [0] }
      let distance = Double(room) / Double(count - 1)
      return (0..<count).map { Int((distance * Double($0)).rounded(.toNearestOrEven)) }
    }
  }

  /// Number of windows.
  package var count: Int { starts.reduce(1) { $0 * $1.count } }

  /// The first voxel of a window, windows counted with the last axis fastest.
  package func origin(_ index: Int) -> (Int, Int, Int) {
    let (rest, k) = index.quotientAndRemainder(dividingBy: starts[2].count)
    let (i, j) = rest.quotientAndRemainder(dividingBy: starts[1].count)
    return (starts[0][i], starts[1][j], starts[2][k])
  }
}
