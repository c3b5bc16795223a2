/// A size in voxels, or a kernel or stride, along depth, height and width.
///
/// Two-dimensional networks have depth 1, kernels of depth 1 and strides of depth 1.
public struct Size3: Hashable, Sendable {
  /// Along the first spatial axis, slowest in memory.
  public var depth: Int
  /// Along the second spatial axis.
  public var height: Int
  /// Along the third spatial axis.
  public var width: Int

  /// A size from its three numbers.
  public init(_ depth: Int, _ height: Int, _ width: Int) {
    self.depth = depth
    self.height = height
    self.width = width
  }

  /// A size from two or three numbers; two leave the depth at 1.
  public init(_ lengths: [Int]) {
    precondition(lengths.count == 2 || lengths.count == 3, "\(lengths) has not two or three axes")
    let padded = lengths.count == 2 ? [1] + lengths : lengths
    self.init(padded[0], padded[1], padded[2])
  }

  /// 1 along every axis.
  public static let one = Size3(1, 1, 1)

  /// Product of the three numbers.
  public var count: Int { depth * height * width }

  /// The three numbers, depth first.
  public var lengths: [Int] { [depth, height, width] }

  /// The size with `transform` applied axis by axis to two sizes.
  static func zip(_ a: Size3, _ b: Size3, _ transform: (Int, Int) -> Int) -> Size3 {
    Size3(transform(a.depth, b.depth), transform(a.height, b.height), transform(a.width, b.width))
  }
}

/// The shape (N, C, D, H, W) of a tensor: samples, channels and voxels.
///
/// It says nothing about memory, where channels are last.
public struct TensorShape: Hashable, Sendable, CustomStringConvertible {
  /// Number of samples, N.
  public var batch: Int
  /// Number of channels, C.
  public var channels: Int
  /// Numbers of voxels, D, H, W.
  public var size: Size3

  /// The shape (N, C, D, H, W).
  public init(batch: Int, channels: Int, size: Size3) {
    self.batch = batch
    self.channels = channels
    self.size = size
  }

  /// Number of elements.
  public var count: Int { batch * channels * size.count }

  /// `(N, C, D, H, W)`.
  public var description: String {
    "(\(batch), \(channels), \(size.depth), \(size.height), \(size.width))"
  }
}
