/// A square table of numbers from 0 to 1 between raters, the darker the larger.
public struct MatrixChart: Sendable {
  /// Names of rows and columns.
  public var names: [String]
  /// The numbers, row by row; what is not finite stays empty.
  public var values: [[Double]]
  /// Heading.
  public var title: String

  /// A chart of as many rows and columns as there are names.
  public init(names: [String], values: [[Double]], title: String) {
    precondition(
      values.count == names.count && values.allSatisfy { $0.count == names.count },
      "\(names.count) names for \(values.count) rows")
    self.names = names
    self.values = values
    self.title = title
  }

  /// The picture.
  public var image: RasterImage {
    let cell = max(64, min(110, 900 / Float(max(names.count, 1))))
    let left = names.map { StrokeFont.width(of: $0, height: 10) }.max().map { $0 + 32 } ?? 32
    let top: Float = 84
    let side = cell * Float(names.count)
    let width = max(left + side + 24, StrokeFont.width(of: title, height: 13) + 48)
    var image = RasterImage(
      width: Int(width.rounded(.up)), height: Int(top + side + 24), colour: .white)
    image.write(title, at: Point(x: 20, y: 34), height: 13, .black)
    // Colours are spread over the numbers that occur, so that small differences are seen.
    let finite = values.enumerated().flatMap { row, values in
      values.enumerated().filter { $0.offset != row && $0.element.isFinite }.map(\.element)
    }
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    for (row, numbers) in values.enumerated() {
      let y = top + Float(row) * cell
      image.write(
        names[row], at: Point(x: left - 12, y: y + cell / 2 + 5), height: 10, .grey,
        aligned: .trailing)
      let x = left + Float(row) * cell + cell / 2
      image.write(
        shortened(names[row], to: cell - 6), at: Point(x: x, y: top - 12), height: 10, .grey,
        aligned: .centred)
      for (column, number) in numbers.enumerated() {
        let x = left + Float(column) * cell
        let isOwn = row == column
        let share = isOwn || !number.isFinite ? 0 : Self.share(number, low, high)
        let colour = isOwn ? Colour.lightGrey : Self.colour(share)
        for v in Int(y)..<Int(y + cell) - 1 {
          for u in Int(x)..<Int(x + cell) - 1 { image[u, v] = colour }
        }
        guard number.isFinite, !isOwn else { continue }
        image.write(
          Self.threeDigits(number), at: Point(x: x + cell / 2, y: y + cell / 2 + 5), height: 11,
          share > 0.55 ? .white : .black, aligned: .centred)
      }
    }
    return image
  }

  private static func share(_ number: Double, _ low: Double, _ high: Double) -> Float {
    high > low ? Float(0.1 + 0.9 * (number - low) / (high - low)) : 0.5
  }

  /// From white to a dark blue.
  private static func colour(_ share: Float) -> Colour {
    func mix(_ end: Float) -> UInt8 { UInt8((255 + (end - 255) * share).rounded()) }
    return Colour(red: mix(8), green: mix(69), blue: mix(148))
  }

  private static func threeDigits(_ number: Double) -> String {
    let thousandths = Int((number * 1000).rounded())
    let digits = "\(abs(thousandths) % 1000)"
    return (thousandths < 0 ? "-" : "") + "\(abs(thousandths) / 1000)."
      + String(repeating: "0", count: 3 - digits.count) + digits
  }

  private func shortened(_ name: String, to width: Float) -> String {
    var name = name
    while name.count > 2, StrokeFont.width(of: name, height: 10) > width {
      name = String(name.dropLast(2)) + "."
    }
    return name
  }
}
