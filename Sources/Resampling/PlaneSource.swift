package import Volumes

/// Channels of one shape whose planes along axis 0 are read in order, so that they need not exist
/// all at once.
package protocol PlaneSource {
  /// The shape of every channel.
  var shape: Shape3 { get }
  /// Number of channels, at least one.
  var channelCount: Int { get }

  /// Makes a plane of all channels readable, and perhaps some that follow it.
  ///
  /// - Parameter plane: A plane not before the one asked for last.
  /// - Returns: The end of the planes that can be read now; those before `plane` may be gone.
  mutating func makeReadable(_ plane: Int) -> Int

  /// The first element of a plane that can be read.
  func address(ofPlane plane: Int, channel: Int) -> UnsafePointer<Float>
}

/// Whole channels in memory.
struct ArrayPlanes: PlaneSource {
  let shape: Shape3
  private let channels: [UnsafePointer<Float>]

  var channelCount: Int { channels.count }

  init(_ channels: [UnsafePointer<Float>], shape: Shape3) {
    self.channels = channels
    self.shape = shape
  }

  func makeReadable(_ plane: Int) -> Int { shape.depth }

  func address(ofPlane plane: Int, channel: Int) -> UnsafePointer<Float> {
    channels[channel] + plane * shape.height * shape.width
  }
}
