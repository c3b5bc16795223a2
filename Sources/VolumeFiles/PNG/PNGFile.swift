/// Pictures in PNG files, pixel by pixel: for overlays and plots as well as for flat images.
///
/// Samples are stored and read as they are: colour management takes no part.
public enum PNGFile {
  /// The numbers of a picture, row by row from the top.
  public enum Samples: Equatable, Sendable {
    /// 8 bits per number.
    case eightBit([UInt8])
    /// 16 bits per number.
    case sixteenBit([UInt16])
  }

  /// A picture as it was read.
  public struct Picture: Equatable, Sendable {
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int
    /// Numbers per pixel: 1 grey, 2 grey and opacity, 3 red, green and blue, 4 those and opacity.
    public var channelCount: Int
    /// The numbers, the channels of a pixel one after another.
    public var samples: Samples

    /// A picture from its samples, `width * height * channelCount` of them.
    public init(width: Int, height: Int, channelCount: Int, samples: Samples) {
      self.width = width
      self.height = height
      self.channelCount = channelCount
      self.samples = samples
    }
  }

  /// Writes a colour picture of 8 bits.
  ///
  /// - Parameters:
  ///   - rgb: Red, green and blue of every pixel, row by row from the top; `3 * width * height`
  ///     numbers.
  ///   - width: Pixels in a row.
  ///   - height: Rows.
  ///   - path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public static func write(
    rgb: [UInt8], width: Int, height: Int, to path: String
  ) throws(VolumeFileError) {
    try write(
      Picture(width: width, height: height, channelCount: 3, samples: .eightBit(rgb)), to: path)
  }

  /// Writes a grey picture of 8 bits.
  ///
  /// - Parameters:
  ///   - grey: The brightness of every pixel, row by row from the top; `width * height` numbers.
  ///   - width: Pixels in a row.
  ///   - height: Rows.
  ///   - path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public static func write(
    grey: [UInt8], width: Int, height: Int, to path: String
  ) throws(VolumeFileError) {
    try write(
      Picture(width: width, height: height, channelCount: 1, samples: .eightBit(grey)), to: path)
  }

  /// Writes a grey picture of 16 bits.
  ///
  /// - Parameters:
  ///   - grey: The brightness of every pixel, row by row from the top; `width * height` numbers.
  ///   - width: Pixels in a row.
  ///   - height: Rows.
  ///   - path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public static func write(
    grey: [UInt16], width: Int, height: Int, to path: String
  ) throws(VolumeFileError) {
    try write(
      Picture(width: width, height: height, channelCount: 1, samples: .sixteenBit(grey)), to: path)
  }

  /// Writes a picture.
  ///
  /// - Parameters:
  ///   - picture: At least one pixel; `width * height * channelCount` numbers; 16 bits for 1 or 3
  ///     channels only.
  ///   - path: The name; its folder must exist. The file appears when it is complete.
  /// - Throws: ``VolumeFileError``.
  public static func write(_ picture: Picture, to path: String) throws(VolumeFileError) {
    try PNGEncoder(path: path, pixelsPerMetre: nil).write(picture)
  }

  /// Reads a picture; palettes become colours, and grey of fewer than 8 bits is spread over 0 to
  /// 255.
  ///
  /// - Parameter path: A PNG file.
  /// - Returns: The samples as they are stored.
  /// - Throws: ``VolumeFileError``.
  public static func read(_ path: String) throws(VolumeFileError) -> Picture {
    let chunks = try PNGChunks(path: path)
    try chunks.verify()
    return try chunks.decode()
  }
}
