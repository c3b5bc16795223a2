/// A colour in sRGB.
public struct Colour: Hashable, Sendable {
  /// Red, 0 to 255.
  public var red: UInt8
  /// Green, 0 to 255.
  public var green: UInt8
  /// Blue, 0 to 255.
  public var blue: UInt8

  /// The colour of three components.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// The colour of a hexadecimal number such as 0xE69F00.
  init(_ hexadecimal: UInt32) {
    self.init(
      red: UInt8(hexadecimal >> 16 & 255), green: UInt8(hexadecimal >> 8 & 255),
      blue: UInt8(hexadecimal & 255))
  }

  /// White.
  public static let white = Colour(0xFFFFFF)
  /// Black.
  public static let black = Colour(0x000000)
  /// The grey of axes and captions.
  static let grey = Colour(0x5A5A5A)
  /// The grey of grid lines.
  static let lightGrey = Colour(0xE4E4E4)

  /// Colours that people with any common form of colour blindness tell apart, in the order in which
  /// to use them.
  ///
  /// - Source: Okabe, Ito, "Color universal design", 2008, jfly.uni-koeln.de/color.
  public static let palette = [
    Colour(0xE69F00), Colour(0x56B4E9), Colour(0x009E73), Colour(0xF0E442), Colour(0x0072B2),
    Colour(0xD55E00), Colour(0xCC79A7),
  ]
  static let orange = palette[0]
  static let skyBlue = palette[1]
  static let green = palette[2]
  static let blue = palette[4]
  static let vermilion = palette[5]
  static let purple = palette[6]
}
