/// Curves over a common horizontal axis, with a scale on the left and, if need be, one on the
/// right.
struct LineChart {
  struct Curve {
    var name: String
    var colour: Colour
    /// One value per epoch; where it is not finite the curve has a gap.
    var values: [Double]
    var thickness: Float = 2
    var side = Side.left
  }

  enum Side {
    case left
    case right
  }

  var title: String
  var curves: [Curve]
  /// Numbers that must lie on both scales in any case.
  var including: [Double] = []
  /// Caption of the horizontal axis; empty leaves it out.
  var horizontalCaption = ""

  private static let textHeight: Float = 10

  /// Draws the chart into a frame that also holds its captions.
  func draw(into image: inout RasterImage, _ frame: Frame) {
    let text = Self.textHeight
    let plot = Frame(
      left: frame.left + 70, top: frame.top + 34, right: frame.right - 70,
      bottom: frame.bottom - (horizontalCaption.isEmpty ? 24 : 42))
    let epochs = curves.map(\.values.count).max() ?? 0
    let horizontal = Axis(epochs: epochs)
    let tickCount = max(2, Int(plot.height / 45))
    let left = axis(.left, tickCount: tickCount)
    let right = axis(.right, tickCount: tickCount)

    drawGrid(into: &image, plot, horizontal, left ?? right)
    for tick in horizontal.ticks {
      let x = plot.left + horizontal.fraction(tick) * plot.width
      image.write(
        horizontal.label(tick), at: Point(x: x, y: plot.bottom + 9 + text), height: text, .grey,
        aligned: .centred)
    }
    if !horizontalCaption.isEmpty {
      image.write(
        horizontalCaption, at: Point(x: (plot.left + plot.right) / 2, y: plot.bottom + 26 + text),
        height: text, .grey, aligned: .centred)
    }
    for (scale, x, alignment) in [
      (left, plot.left - 8, TextAlignment.trailing), (right, plot.right + 8, .leading),
    ] {
      guard let scale else { continue }
      for tick in scale.ticks {
        let y = plot.bottom - scale.fraction(tick) * plot.height
        image.write(
          scale.label(tick), at: Point(x: x, y: y + text / 2), height: text, .grey,
          aligned: alignment)
      }
    }
    for curve in curves {
      guard let scale = curve.side == .left ? left : right else { continue }
      draw(curve, into: &image, plot, horizontal, scale)
    }
    image.write(title, at: Point(x: plot.left, y: frame.top + 22), height: 12, .black)
    drawLegend(into: &image, rightEnd: plot.right, baseLine: frame.top + 22)
  }

  private func axis(_ side: Side, tickCount: Int) -> Axis? {
    let values = curves.filter { $0.side == side }.flatMap(\.values)
    guard curves.contains(where: { $0.side == side }) else { return nil }
    return Axis(for: values, tickCount: tickCount, including: including)
  }

  private func drawGrid(
    into image: inout RasterImage, _ plot: Frame, _ horizontal: Axis, _ vertical: Axis?
  ) {
    // Whole pixels plus a half keep one-pixel lines sharp.
    func sharp(_ value: Float) -> Float { value.rounded(.down) + 0.5 }
    var lines: [[Point]] = []
    for tick in vertical?.ticks ?? [] {
      let y = sharp(plot.bottom - (vertical?.fraction(tick) ?? 0) * plot.height)
      lines.append([Point(x: plot.left, y: y), Point(x: plot.right, y: y)])
    }
    for tick in horizontal.ticks {
      let x = sharp(plot.left + horizontal.fraction(tick) * plot.width)
      lines.append([Point(x: x, y: plot.top), Point(x: x, y: plot.bottom)])
    }
    image.stroke(lines, thickness: 1, .lightGrey)
    let (x, y) = (sharp(plot.left), sharp(plot.bottom))
    image.stroke(
      [[Point(x: x, y: plot.top), Point(x: x, y: y), Point(x: plot.right, y: y)]], thickness: 1,
      .grey)
  }

  private func draw(
    _ curve: Curve, into image: inout RasterImage, _ plot: Frame, _ horizontal: Axis, _ scale: Axis
  ) {
    var lines: [[Point]] = [[]]
    for (index, value) in curve.values.enumerated() {
      guard value.isFinite else {
        lines.append([])
        continue
      }
      lines[lines.count - 1].append(
        Point(
          x: plot.left + horizontal.fraction(Double(index + 1)) * plot.width,
          y: plot.bottom - scale.fraction(value) * plot.height))
    }
    lines.removeAll { $0.isEmpty }
    image.stroke(lines, thickness: curve.thickness, curve.colour)
    // A value between two gaps would be a speck; the last value is marked as what counts.
    var dots = lines.filter { $0.count == 1 }
    if let last = lines.last?.last { dots.append([last]) }
    image.stroke(dots, thickness: curve.thickness + 3, curve.colour)
  }

  private func drawLegend(into image: inout RasterImage, rightEnd: Float, baseLine: Float) {
    var x = rightEnd
    for curve in curves.reversed() {
      let last = curve.values.last { $0.isFinite }
      let name = curve.name + (last.map { " " + Self.short($0) } ?? "")
      x -= StrokeFont.width(of: name, height: Self.textHeight)
      image.write(name, at: Point(x: x, y: baseLine), height: Self.textHeight, .grey)
      let y = baseLine - Self.textHeight / 2
      image.stroke(
        [[Point(x: x - 30, y: y), Point(x: x - 8, y: y)]], thickness: max(curve.thickness, 2),
        curve.colour)
      x -= 54
    }
  }

  /// A number to four significant digits.
  static func short(_ value: Double) -> String {
    if value == 0 { return "0" }
    var (scaled, exponent) = (abs(value), 0)
    while scaled < 1000, exponent < 12 { (scaled, exponent) = (scaled * 10, exponent + 1) }
    let rounded = scaled.rounded()
    var unit = 1.0
    for _ in 0..<exponent { unit *= 10 }
    let result = rounded / unit
    return (value < 0 ? "-" : "") + (exponent == 0 ? String(Int(min(result, 1e15))) : "\(result)")
  }
}
