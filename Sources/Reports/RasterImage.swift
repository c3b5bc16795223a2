/// A picture of red, green and blue bytes.
public struct RasterImage: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Three bytes a pixel, rows from the top.
  public private(set) var bytes: [UInt8]

  /// A picture of one colour.
  public init(width: Int, height: Int, colour: Colour) {
    precondition(width > 0 && height > 0, "a picture of \(width) by \(height) pixels")
    self.width = width
    self.height = height
    bytes = []
    bytes.reserveCapacity(3 * width * height)
    for _ in 0..<width * height { bytes += [colour.red, colour.green, colour.blue] }
  }

  /// The colour of a pixel.
  public subscript(x: Int, y: Int) -> Colour {
    get {
      let start = 3 * (y * width + x)
      return Colour(red: bytes[start], green: bytes[start + 1], blue: bytes[start + 2])
    }
    set {
      let start = 3 * (y * width + x)
      bytes[start] = newValue.red
      bytes[start + 1] = newValue.green
      bytes[start + 2] = newValue.blue
    }
  }

  /// Lays a colour over a pixel; pixels outside the picture are passed over.
  ///
  /// A cover of 0 leaves the pixel, 1 replaces it.
  mutating func blend(_ colour: Colour, at x: Int, _ y: Int, cover: Float) {
    guard x >= 0, y >= 0, x < width, y < height, cover > 0 else { return }
    let under = self[x, y]
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Float(a) + (Float(b) - Float(a)) * min(cover, 1)).rounded())
    }
    self[x, y] = Colour(
      red: mix(under.red, colour.red), green: mix(under.green, colour.green),
      blue: mix(under.blue, colour.blue))
  }
}
