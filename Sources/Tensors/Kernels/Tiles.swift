import Parallelism

/// The channels-last memory of one sample, cut into tiles of consecutive voxels that fit the
/// innermost cache.
///
/// The tiles depend on the shape only, so that sums over them, combined in their order, do not
/// depend on the number of threads.
struct Tiles {
  let voxels: Int
  let channels: Int
  let rows: Int

  init(_ shape: TensorShape, bytesPerElement: Int) {
    voxels = shape.size.count
    channels = shape.channels
    rows = max(8, 16384 / (channels * bytesPerElement))
  }

  var count: Int { (voxels + rows - 1) / rows }

  func range(_ tile: Int) -> Range<Int> { tile * rows..<min(voxels, (tile + 1) * rows) }

  /// Calls `body` for every tile, on all threads.
  func run(_ body: (Int, Range<Int>) -> Void) {
    parallelForRanges(count, grain: 4) { tiles in
      for tile in tiles { body(tile, range(tile)) }
    }
  }
}

extension Tensor {
  /// The memory as elements of the tensor's precision.
  func elements<Element: ActivationElement>(of type: Element.Type) -> UnsafeMutablePointer<Element>
  {
    buffer.elements(of: type)
  }

  /// A tensor of the same shape, precision and layout with memory of its own.
  func emptyCopy() -> Tensor { Tensor(shape, precision, layout: layout, on: device) }
}
