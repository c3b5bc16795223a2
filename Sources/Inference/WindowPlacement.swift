import Volumes

/// One pass through the network: where a window lies and how it is mirrored.
struct WindowPlacement {
  let origin: (Int, Int, Int)
  let mirror: Mirror
}

/// Axes of a window that are read backwards.
struct Mirror {
  let window: Shape3
  private let flags: (Bool, Bool, Bool)

  init(_ window: Shape3, axes: [Int]) {
    self.window = window
    flags = (axes.contains(0), axes.contains(1), axes.contains(2))
  }

  var isIdentity: Bool { !flags.0 && !flags.1 && !flags.2 }

  /// Whether rows are read backwards.
  var reversesRows: Bool { flags.2 }

  func plane(_ index: Int) -> Int { flags.0 ? window.depth - 1 - index : index }

  func row(_ index: Int) -> Int { flags.1 ? window.height - 1 - index : index }
}

/// Zeros around an image that is smaller than the window.
struct Margin {
  let shape: Shape3
  /// Zeros before the first voxel along each axis.
  let before: [Int]
  let padded: Shape3

  init(_ shape: Shape3, window: Shape3) {
    self.shape = shape
    let missing = (0..<3).map { max(0, window[$0] - shape[$0]) }
    before = missing.map { $0 / 2 }
    padded = Shape3((0..<3).map { shape[$0] + missing[$0] })
  }
}
