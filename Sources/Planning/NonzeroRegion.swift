public import Volumes

/// The part of an image where any channel differs from 0, holes filled, and its box.
///
/// Images whose surroundings were set to 0 (after brain extraction, say) are cropped to it, and their intensities may be normalised
/// inside it only.
///
/// - Source: nnU-Net 2.8.1's `cropping.py`; holes as `scipy.ndimage.binary_fill_holes` fills them, with six neighbours.
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
    let shape = box.shape
    var states = [UInt8](repeating: BackgroundFill.background, count: shape.count)
    for channel in channels {
      let width = channel.shape.width
      for i in 0..<shape.depth {
        for j in 0..<shape.height {
          let source =
            ((box.lower[0] + i) * channel.shape.height + box.lower[1] + j) * width + box.lower[2]
          let target = (i * shape.height + j) * shape.width
          channel.elements.withUnsafeBufferPointer { values in
            states.withUnsafeMutableBufferPointer { states in
              for k in 0..<shape.width where values[source + k] != 0 {
                states[target + k] = BackgroundFill.object
              }
            }
          }
        }
      }
    }
    BackgroundFill.markOutside(&states, shape: shape)
    mask = VoxelArray(shape: shape, elements: states.map { $0 != BackgroundFill.outside })
  }

  /// The smallest box that holds every voxel where any channel differs from 0; the whole image if there is none.
  ///
  /// Filling holes cannot enlarge it.
  public static func box(of channels: [VoxelArray<Float>]) -> ArrayBox {
    precondition(!channels.isEmpty, "an image has at least one channel")
    let shape = channels[0].shape
    var lower = shape.lengths
    var upper = [0, 0, 0]
    for channel in channels {
      precondition(
        channel.shape == shape, "channels of shape \(shape) and \(channel.shape) in one image")
      channel.elements.withUnsafeBufferPointer { values in
        for i in 0..<shape.depth {
          for j in 0..<shape.height {
            let start = (i * shape.height + j) * shape.width
            let row = UnsafeBufferPointer(rebasing: values[start..<start + shape.width])
            guard let first = row.firstIndex(where: { $0 != 0 }),
              let last = row.lastIndex(where: { $0 != 0 })
            else { continue }
            for (axis, range) in [(0, i...i), (1, j...j), (2, first...last)] {
              lower[axis] = min(lower[axis], range.lowerBound)
              upper[axis] = max(upper[axis], range.upperBound + 1)
            }
          }
        }
      }
    }
    return upper[0] == 0 ? ArrayBox(whole: shape) : ArrayBox(lower: lower, upper: upper)
  }

  /// The labels inside the box, -1 where the label is 0 and the voxel lies outside the region.
  ///
  /// - Parameter labels: Labels of the whole image, 0 to 32767, or nil for 0 everywhere.
  /// - Returns: An array of the box's shape.
  public func markedLabels(_ labels: VoxelArray<LabelMap.Label>?) -> VoxelArray<Int16> {
    guard let labels else {
      return VoxelArray(shape: mask.shape, elements: mask.elements.map { $0 ? 0 : -1 })
    }
    let inside = labels.cropped(to: box)
    let marked = zip(inside.elements, mask.elements).map { label, isInside -> Int16 in
      label == 0 && !isInside ? -1 : Int16(clamping: label)
    }
    return VoxelArray(shape: mask.shape, elements: marked)
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
