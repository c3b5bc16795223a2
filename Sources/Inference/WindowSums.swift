import Parallelism
import Synchronization
import Volumes

/// Weighted sums of the logits of overlapping windows, on the planes that windows at one place along axis 0 cover.
///
/// There are as many planes as a window has. Plane `i` of the padded image is kept at `i` modulo that number, so that planes which are
/// finished make room for the next ones.
struct WindowSums: ~Copyable {
  private let margin: Margin
  private let window: Shape3
  /// The weight of every voxel of a window.
  private let weights: [Float]
  /// One array per class.
  private let sums: [UnsafeMutableBufferPointer<Float>]
  private let total: UnsafeMutableBufferPointer<Float>

  /// Rows of a window that one call of a parallel loop adds.
  private static let rowsAtOnce = 64

  /// Elements of a plane of the padded image.
  private var planeCount: Int { margin.padded.height * margin.padded.width }

  init(classes: Int, within margin: Margin, window: Shape3, weights: [Float]) {
    self.margin = margin
    self.window = window
    self.weights = weights
    let count = window.depth * margin.padded.height * margin.padded.width
    func zeros() -> UnsafeMutableBufferPointer<Float> {
      let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
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
  func add(_ logits: UnsafeBufferPointer<Float>, of batch: [WindowPlacement]) {
    guard let logits = logits.baseAddress else { return }
    let (depth, height, width) = (window.depth, window.height, window.width)
    let rows = depth * height
    let chunks = (rows + Self.rowsAtOnce - 1) / Self.rowsAtOnce
    let (classes, shape, sums) = (sums.count, margin.padded, sums)
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
            let plane = (origin.0 + i) % depth
            let to = sum + (plane * shape.height + origin.1 + j) * shape.width + origin.2
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
  func addWeights(at origin: (Int, Int, Int)) {
    let (shape, width) = (margin.padded, window.width)
    guard let total = total.baseAddress else { return }
    weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      for i in 0..<window.depth {
        for j in 0..<window.height {
          let from = weights + (i * window.height + j) * width
          let plane = (origin.0 + i) % window.depth
          let to = total + (plane * shape.height + origin.1 + j) * shape.width + origin.2
          for x in 0..<width { to[x] += from[x] }
        }
      }
    }
  }

  /// Sets planes of the padded image to 0.
  func clear(_ planes: Range<Int>) {
    let (all, planeCount, depth) = (sums + [total], planeCount, window.depth)
    // Every call clears a plane of its own.
    parallelFor(all.count * planes.count) { index in
      let (k, offset) = index.quotientAndRemainder(dividingBy: planes.count)
      let start = (planes.lowerBound + offset) % depth * planeCount
      all[k][start..<start + planeCount].update(repeating: 0)
    }
  }

  /// Divides finished planes by the weights and a number of passes.
  ///
  /// Each plane's quotients then stand at its beginning, without the zeros around the image.
  ///
  /// - Parameters:
  ///   - planes: Planes of the padded image.
  ///   - passes: How often each window went through a network.
  /// - Returns: Whether all quotients are finite numbers.
  func divide(_ planes: Range<Int>, by passes: Int) -> Bool {
    let scale = 1 / Float(passes)
    let (shape, padded, before) = (margin.shape, margin.padded, margin.before)
    let (sums, total, planeCount, depth) = (sums, total, planeCount, window.depth)
    let isFinite = Atomic<Bool>(true)
    // Every call changes a plane of its own.
    parallelFor(sums.count * planes.count) { index in
      let (k, offset) = index.quotientAndRemainder(dividingBy: planes.count)
      guard let sum = sums[k].baseAddress, let total = total.baseAddress else { return }
      let plane = (planes.lowerBound + offset) % depth * planeCount
      // The bits of a magnitude grow with it; infinity and NaN lie above all finite numbers.
      var largest: UInt32 = 0
      for j in 0..<shape.height {
        let start = plane + (j + before[1]) * padded.width + before[2]
        let (numerator, denominator) = (sum + start, total + start)
        // Never behind what is read: in ascending order nothing is overwritten that is still needed.
        let row = sum + plane + j * shape.width
        for x in 0..<shape.width {
          let value = numerator[x] * scale / denominator[x]
          row[x] = value
          largest = max(largest, value.magnitude.bitPattern)
        }
      }
      if largest >= Float.infinity.bitPattern { isFinite.store(false, ordering: .relaxed) }
    }
    return isFinite.load(ordering: .relaxed)
  }

  /// The first quotient of a class on a plane of the padded image.
  func quotients(ofPlane plane: Int, class index: Int) -> UnsafePointer<Float> {
    guard let sum = sums[index].baseAddress else { preconditionFailure("an empty plane") }
    return UnsafePointer(sum + plane % window.depth * planeCount)
  }
}
