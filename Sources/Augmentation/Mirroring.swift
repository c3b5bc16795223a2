public import RandomNumbers
import Volumes

/// Flips image and labels along some axes.
public struct Mirroring: Hashable, Sendable, Codable {
  /// The flipped axes.
  public var axes: AxisSet

  /// A flip along `axes`; along none it changes nothing.
  public init(axes: AxisSet) { self.axes = axes }

  /// Flips a patch.
  public func apply(to patch: PatchMemory) {
    for channel in 0..<patch.channelCount {
      mirror(patch.image + channel * patch.shape.count, shape: patch.shape)
    }
    mirror(patch.labels, shape: patch.shape)
  }

  private func mirror<Element>(_ values: UnsafeMutablePointer<Element>, shape: Shape3) {
    let plane = shape.height * shape.width
    if axes.contains(.depth) { swapLines(values, count: shape.depth, length: plane) }
    if axes.contains(.height) {
      for z in 0..<shape.depth {
        swapLines(values + z * plane, count: shape.height, length: shape.width)
      }
    }
    if axes.contains(.width) {
      for row in 0..<shape.depth * shape.height {
        let first = values + row * shape.width
        for index in 0..<shape.width / 2 {
          let (a, b) = (first[index], first[shape.width &- 1 &- index])
          first[index] = b
          first[shape.width &- 1 &- index] = a
        }
      }
    }
  }

  /// Reverses the order of `count` lines of memory.
  private func swapLines<Element>(
    _ values: UnsafeMutablePointer<Element>, count: Int, length: Int
  ) {
    for position in 0..<count / 2 {
      let (a, b) = (values + position * length, values + (count - 1 - position) * length)
      for index in 0..<length {
        let value = a[index]
        a[index] = b[index]
        b[index] = value
      }
    }
  }
}

/// Draws flips.
public struct RandomMirroring: Hashable, Sendable, Codable {
  /// Probability that each allowed axis is flipped.
  public var axisProbability: Float = 0.5

  /// The reference's probability.
  public init() {}

  /// Draws a flip, possibly along no axis.
  public func draw(along allowed: AxisSet, from generator: inout SplitMix64) -> Mirroring {
    var axes: AxisSet = []
    for axis in 0..<3 where allowed.contains(axis: axis) {
      if generator.chance(axisProbability) { axes.insert(AxisSet(axis: axis)) }
    }
    return Mirroring(axes: axes)
  }
}
