import RegionsOfInterest
import Volumes

/// Grows or shrinks one structure of the previous stage's masks.
///
/// Voxels that the structure gains are taken from all others.
///
/// - Source: batchgeneratorsv2's `ApplyRandomBinaryOperatorTransform`.
public struct MaskMorphology: Hashable, Sendable, Codable {
  /// What is done.
  public enum Operation: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every voxel within the radius is added.
    case dilation
    /// Every voxel within the radius of the outside is removed.
    case erosion
    /// Dilation, then erosion: gaps close.
    case closing
    /// Erosion, then dilation: thin parts vanish.
    case opening
  }

  /// The structure, counted from 0.
  public var structure: Int
  /// What is done to it.
  public var operation: Operation
  /// Radius of the ball in voxels, at least 0.5.
  public var radius: Float

  /// A change of one structure.
  public init(structure: Int, operation: Operation, radius: Float) {
    precondition(radius >= 0.5, "a ball of radius \(radius)")
    self.structure = structure
    self.operation = operation
    self.radius = radius
  }

  /// Changes the channels of the structures, each 0 or 1.
  public func apply(to masks: PatchMemory) {
    let shape = masks.shape
    let channel = masks.channel(structure)
    guard let values = channel.baseAddress else { return }
    let before = MaskBits(values, shape: shape)
    let ball = BallElement(radius: Double(radius), isFlat: shape.depth == 1)
    let after =
      switch operation {
      case .dilation: before.dilated(by: ball)
      case .erosion: before.eroded(by: ball)
      case .closing: before.dilated(by: ball).eroded(by: ball)
      case .opening: before.eroded(by: ball).dilated(by: ball)
      }
    for row in 0..<shape.depth * shape.height {
      for x in 0..<shape.width {
        let position = row * shape.width + x
        let isMember = after.contains(row: row, x: x)
        if isMember, channel[position] == 0 {
          for other in 0..<masks.channelCount where other != structure {
            masks.channel(other)[position] = 0
          }
        }
        channel[position] = isMember ? 1 : 0
      }
    }
  }
}

/// Removes one connected component of one structure of the previous stage's masks.
///
/// - Source: batchgeneratorsv2's `RemoveRandomConnectedComponentFromOneHotEncodingTransform`.
public struct ComponentRemoval: Hashable, Sendable, Codable {
  /// The structure, counted from 0.
  public var structure: Int
  /// Which of the components that are small enough, as a share of their number, in [0, 1).
  public var choice: Float
  /// Components of this share of the patch, or more, stay.
  public var sizeLimit: Float

  /// A removal from one structure.
  public init(structure: Int, choice: Float, sizeLimit: Float = 0.15) {
    precondition((0..<1).contains(choice), "a choice of \(choice)")
    self.structure = structure
    self.choice = choice
    self.sizeLimit = sizeLimit
  }

  /// Changes the channels of the structures, each 0 or 1.
  public func apply(to masks: PatchMemory) {
    let channel = masks.channel(structure)
    guard let values = channel.baseAddress else { return }
    let (shape, count) = (masks.shape, masks.shape.count)
    let mask = Mask(
      voxels: (0..<count).map { values[$0] != 0 },
      geometry: Geometry(extent: Extent(x: shape.width, y: shape.height, z: shape.depth)))
    let components = ConnectedComponents(of: mask, connectivity: .corners)
    let limit = Double(sizeLimit) * Double(count)
    let small = components.sizes.indices.filter { Double(components.sizes[$0]) < limit }
    guard !small.isEmpty else { return }
    let chosen = small[min(small.count - 1, Int(choice * Float(small.count)))]
    for run in components.runs where run.component == chosen + 1 {
      for position in run.voxels { channel[position] = 0 }
    }
  }
}
