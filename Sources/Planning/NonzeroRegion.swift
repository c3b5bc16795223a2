import Parallelism
public import Volumes

/// The part of an image where any channel differs from 0, holes filled, and its box.
///
/// Images whose surroundings were set to 0 (after brain extraction, say) are cropped to it, and
/// their intensities may be normalised inside it only.
///
/// - Source: nnU-Net 2.8.1's `cropping.py`; holes as `scipy.ndimage.binary_fill_holes` fills them,
///   with six neighbours.
public struct NonzeroRegion: Sendable {
  /// The smallest box that holds the region; the whole image if every voxel is 0.
  public let box: ArrayBox
  /// For every voxel of the box whether it belongs to the region.
  public let mask: VoxelArray<Bool>

  /// Finds the region of an image.
  ///
  /// - Parameter channels: At least one, all of one shape. NaN counts as different from 0.
  /// - Complexity: O(voxels); one byte per voxel of the box, and as much again for the holes.
  public init(of channels: [VoxelArray<Float>]) {
    box = Self.box(of: channels)
    let (box, shape) = (box, box.shape)
    let full = channels[0].shape
    var states = [UInt8](repeating: BackgroundFill.background, count: shape.count)
    states.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let states = buffer  // planes are disjoint
      for channel in channels {
        channel.elements.withUnsafeBufferPointer { values in
          parallelFor(shape.depth) { i in
            for j in 0..<shape.height {
              let row = (box.lower[0] + i) * full.height + box.lower[1] + j
              let source = row * full.width + box.lower[2]
              let target = (i * shape.height + j) * shape.width
              // Written everywhere, so that the loop has no branch.
              for k in 0..<shape.width {
                states[target + k] =
                  values[source + k] != 0 ? BackgroundFill.object : states[target + k]
              }
            }
          }
        }
      }
    }
    BackgroundFill.markOutside(&states, shape: shape)
    mask = VoxelArray(
      shape: shape,
      elements: [Bool](unsafeUninitializedCapacity: shape.count) { buffer, count in
        nonisolated(unsafe) let inside = buffer  // ranges are disjoint
        states.withUnsafeBufferPointer { states in
          parallelForRanges(states.count, grain: 1 << 16) { range in
            for index in range { inside[index] = states[index] != BackgroundFill.outside }
          }
        }
        count = shape.count
      })
  }

  /// The smallest box that holds every voxel where any channel differs from 0; the whole image if
  /// there is none.
  ///
  /// Filling holes cannot enlarge it.
  public static func box(of channels: [VoxelArray<Float>]) -> ArrayBox {
    precondition(!channels.isEmpty, "an image has at least one channel")
    let shape = channels[0].shape
    var result: ArrayBox?
    for channel in channels {
      precondition(
        channel.shape == shape, "channels of shape \(shape) and \(channel.shape) in one image")
      let planes = channel.elements.withUnsafeBufferPointer { values in
        parallelMap(shape.depth) { plane(values, $0, shape) }
      }
      for case let plane? in planes { result = result?.union(plane) ?? plane }
    }
    return result ?? ArrayBox(whole: shape)
  }

  /// The box of one plane's voxels that differ from 0, or nil if there is none.
  private static func plane(
    _ values: UnsafeBufferPointer<Float>, _ i: Int, _ shape: Shape3
  ) -> ArrayBox? {
    var (rows, columns) = (shape.height..<shape.height, shape.width..<shape.width)
    for j in 0..<shape.height {
      let start = (i * shape.height + j) * shape.width
      let row = UnsafeBufferPointer(rebasing: values[start..<start + shape.width])
      guard let first = firstNonzero(row), let last = row.lastIndex(where: { $0 != 0 }) else {
        continue
      }
      let upper = rows.isEmpty ? last + 1 : max(columns.upperBound, last + 1)
      columns = min(columns.lowerBound, first)..<upper
      rows = min(rows.lowerBound, j)..<j + 1
    }
    if rows.isEmpty { return nil }
    return ArrayBox(
      lower: [i, rows.lowerBound, columns.lowerBound],
      upper: [i + 1, rows.upperBound, columns.upperBound])
  }

  private static func firstNonzero(_ row: UnsafeBufferPointer<Float>) -> Int? {
    guard let base = UnsafeRawPointer(row.baseAddress) else { return nil }
    var index = 0
    while index + 16 <= row.count,
      base.loadUnaligned(fromByteOffset: 4 * index, as: SIMD16<Float>.self)
        == SIMD16(repeating: 0)
    {
      index += 16
    }
    return row[index...].firstIndex { $0 != 0 }
  }

  /// The labels inside the box, -1 where the label is 0 and the voxel lies outside the region.
  ///
  /// - Parameter labels: Labels of the whole image, 0 to 32767, or nil for 0 everywhere.
  /// - Returns: An array of the box's shape.
  public func markedLabels(_ labels: VoxelArray<LabelMap.Label>?) -> VoxelArray<Int16> {
    guard let labels else {
      return VoxelArray(shape: mask.shape, elements: mask.elements.map { $0 ? 0 : -1 })
    }
    let (shape, full) = (mask.shape, labels.shape)
    precondition(
      zip(box.upper, full.lengths).allSatisfy { $0 <= $1 },
      "box up to \(box.upper) leaves labels of shape \(full)")
    let marked = [Int16](unsafeUninitializedCapacity: shape.count) { buffer, count in
      nonisolated(unsafe) let marked = buffer  // planes are disjoint
      labels.elements.withUnsafeBufferPointer { labels in
        mask.elements.withUnsafeBufferPointer { mask in
          parallelFor(shape.depth) { i in
            for j in 0..<shape.height {
              let row = (box.lower[0] + i) * full.height + box.lower[1] + j
              let source = row * full.width + box.lower[2]
              let target = (i * shape.height + j) * shape.width
              for k in 0..<shape.width {
                let label = labels[source + k]
                let isOutside = label == 0 && !mask[target + k]
                marked[target + k] = isOutside ? -1 : Int16(clamping: label)
              }
            }
          }
        }
      }
      count = shape.count
    }
    return VoxelArray(shape: shape, elements: marked)
  }
}

/// Finds the background that reaches the border of an array, row by row.
private enum BackgroundFill {
  static let background: UInt8 = 0
  static let object: UInt8 = 1
  static let outside: UInt8 = 2

  /// Turns `background` into `outside` wherever a path over six neighbours leads to the border.
  static func markOutside(_ states: inout [UInt8], shape: Shape3) {
    states.withUnsafeMutableBufferPointer { states in
      guard states.contains(background) else { return }
      var seeds: [Int] = []
      for i in 0..<shape.depth {
        for j in 0..<shape.height {
          let row = (i * shape.height + j) * shape.width
          let isOnFace = i == 0 || i == shape.depth - 1 || j == 0 || j == shape.height - 1
          for k in 0..<shape.width where isOnFace || k == 0 || k == shape.width - 1 {
            if states[row + k] == background { spread(from: row + k, states, shape, &seeds) }
          }
        }
      }
    }
  }

  private static func spread(
    from seed: Int, _ states: UnsafeMutableBufferPointer<UInt8>, _ shape: Shape3,
    _ seeds: inout [Int]
  ) {
    seeds.append(seed)
    while let index = seeds.popLast() {
      guard states[index] == background else { continue }
      let row = index / shape.width
      let start = row * shape.width
      var first = index
      while first > start, states[first - 1] == background { first -= 1 }
      var last = index
      while last < start + shape.width - 1, states[last + 1] == background { last += 1 }
      for position in first...last { states[position] = outside }
      let (i, j) = (row / shape.height, row % shape.height)
      if j > 0 { gather(first - shape.width, last - shape.width, states, &seeds) }
      if j < shape.height - 1 { gather(first + shape.width, last + shape.width, states, &seeds) }
      let plane = shape.height * shape.width
      if i > 0 { gather(first - plane, last - plane, states, &seeds) }
      if i < shape.depth - 1 { gather(first + plane, last + plane, states, &seeds) }
    }
  }

  /// Appends the first voxel of every run of background between two indices of a row.
  private static func gather(
    _ first: Int, _ last: Int, _ states: UnsafeMutableBufferPointer<UInt8>, _ seeds: inout [Int]
  ) {
    var wasBackground = false
    for index in first...last {
      let isBackground = states[index] == background
      if isBackground, !wasBackground { seeds.append(index) }
      wasBackground = isBackground
    }
  }
}
