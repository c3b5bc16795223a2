import Parallelism
import Synchronization
import Volumes

/// Weighted sums of the logits of overlapping windows.
struct WindowSums: ~Copyable {
  private let shape: Shape3
  /// The weight of every voxel of a window.
  private let weights: [Float]
  /// One array per class; freed as soon as its means are taken.
  private var sums: [UnsafeMutableBufferPointer<Float>]
  private let total: UnsafeMutableBufferPointer<Float>

  /// Rows of a window that one call of a parallel loop adds.
  private static let rowsAtOnce = 64

  init(classes: Int, shape: Shape3, weights: [Float]) {
    self.shape = shape
    self.weights = weights
    func zeros() -> UnsafeMutableBufferPointer<Float> {
      let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: shape.count)
      buffer.initialize(repeating: 0)
      return buffer
    }
    sums = (0..<classes).map { _ in zeros() }
    total = zeros()
  }

  deinit {
    for sum in sums { sum.deallocate() }
    total.deallocate()
  }

  /// Adds logits (samples, classes, voxels), mirrored back and weighted.
  func add(
    _ logits: UnsafeBufferPointer<Float>, of batch: [WindowPlacement], window: Shape3
  ) {
    guard let logits = logits.baseAddress else { return }
    let (height, width) = (window.height, window.width)
    let rows = window.depth * height
    let chunks = (rows + Self.rowsAtOnce - 1) / Self.rowsAtOnce
    let (classes, shape, sums) = (sums.count, shape, sums)
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      parallelFor(classes * chunks) { index in
        let (k, chunk) = index.quotientAndRemainder(dividingBy: chunks)
        // Disjoint: a call has its own class and rows of the window. Different windows overlap, so the batch goes in order.
        guard let sum = sums[k].baseAddress else { return }
        for (sample, placement) in batch.enumerated() {
          let (origin, mirror) = (placement.origin, placement.mirror)
          let source = logits + (sample * classes + k) * rows * width
          for row in chunk * Self.rowsAtOnce..<min(rows, (chunk + 1) * Self.rowsAtOnce) {
            let (i, j) = row.quotientAndRemainder(dividingBy: height)
            let from = source + (mirror.plane(i) * height + mirror.row(j)) * width
            let weight = weights + row * width
            let to = sum + ((origin.0 + i) * shape.height + origin.1 + j) * shape.width + origin.2
            if mirror.reversesRows {
              let last = from + (width - 1)
              for x in 0..<width { to[x] += weight[x] * last[-x] }
            } else {
              for x in 0..<width { to[x] += weight[x] * from[x] }
            }
          }
        }
      }
    }
  }

  /// Adds the weights of one window to their sum.
  func addWeights(at origin: (Int, Int, Int), window: Shape3) {
    let (shape, width) = (shape, window.width)
    guard let total = total.baseAddress else { return }
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      for i in 0..<window.depth {
        for j in 0..<window.height {
          let from = weights + (i * window.height + j) * width
          let to = total + ((origin.0 + i) * shape.height + origin.1 + j) * shape.width + origin.2
          for x in 0..<width { to[x] += from[x] }
        }
      }
    }
  }

  /// The sums divided by the weights and a number of passes, without the zeros around the image.
  ///
  /// - Returns: One array per class; nil if any quotient is not a finite number.
  consuming func means(over passes: Int, within margin: Margin) -> [VoxelArray<Float>]? {
    let scale = 1 / Float(passes)
    var result: [VoxelArray<Float>] = []
    while !sums.isEmpty {
      let sum = sums.removeFirst()
      defer { sum.deallocate() }
      guard let elements = quotients(of: sum, scale: scale, within: margin) else { return nil }
      result.append(VoxelArray(shape: margin.shape, elements: elements))
    }
    return result
  }

  private borrowing func quotients(
    of sum: UnsafeMutableBufferPointer<Float>, scale: Float, within margin: Margin
  ) -> [Float]? {
    let (shape, padded, before) = (margin.shape, margin.padded, margin.before)
    guard let sum = sum.baseAddress, let total = total.baseAddress else { return nil }
    let isFinite = Atomic<Bool>(true)
    let result = [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
      count = shape.count
      nonisolated(unsafe) let target = buffer.baseAddress  // Every call writes a plane of its own.
      parallelFor(shape.depth) { i in
        guard let target else { return }
        // The bits of a magnitude grow with it; infinity and NaN lie above all finite numbers.
        var largest: UInt32 = 0
        for j in 0..<shape.height {
          let start = ((i + before[0]) * padded.height + j + before[1]) * padded.width + before[2]
          let (numerator, denominator) = (sum + start, total + start)
          let row = target + (i * shape.height + j) * shape.width
          for x in 0..<shape.width {
            let value = numerator[x] * scale / denominator[x]
            row[x] = value
            largest = max(largest, value.magnitude.bitPattern)
          }
        }
        if largest >= Float.infinity.bitPattern { isFinite.store(false, ordering: .relaxed) }
      }
    }
    return isFinite.load(ordering: .relaxed) ? result : nil
  }
}
