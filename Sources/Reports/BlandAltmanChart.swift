/// Differences of paired measurements over their means, with bias and limits of agreement: one panel
/// per pair of raters.
///
/// - Source: Bland, Altman, Lancet 327, 1986, doi:10.1016/S0140-6736(86)90837-8.
public struct BlandAltmanChart: Sendable {
  /// The measurements of one pair.
  public struct Panel: Sendable {
    /// Heading, such as the two names.
    public var title: String
    /// Mean and difference of every subject.
    public var points: [(mean: Double, difference: Double)]
    /// Mean difference.
    public var bias: Double
    /// Lower and upper limit of agreement.
    public var limits: (lower: Double, upper: Double)

    /// A panel of its numbers; those that are not finite are passed over.
    public init(
      title: String, points: [(mean: Double, difference: Double)], bias: Double,
      limits: (lower: Double, upper: Double)
    ) {
      self.title = title
      self.points = points
      self.bias = bias
      self.limits = limits
    }
  }

  /// The panels, row by row.
  public var panels: [Panel]
  /// Heading.
  public var title: String
  /// Unit of the measurements.
  public var unit: String

  /// A chart of panels.
  public init(panels: [Panel], title: String, unit: String) {
    self.panels = panels
    self.title = title
    self.unit = unit
  }

  private static let size: (width: Float, height: Float) = (480, 340)

  /// The picture.
  public var image: RasterImage {
    let columns = max(1, min(3, panels.count))
    let rows = max(1, (panels.count + columns - 1) / columns)
    var image = RasterImage(
      width: columns * Int(Self.size.width), height: 60 + rows * Int(Self.size.height),
      colour: .white)
    image.write(title, at: Point(x: 24, y: 36), height: 14, .black)
    // One scale for all, so that panels can be compared.
    let means = panels.flatMap { $0.points.map(\.mean) }
    let differences = panels.flatMap {
      $0.points.map(\.difference) + [$0.limits.lower, $0.limits.upper]
    }
    let horizontal = Axis(for: means, tickCount: 6)
    let vertical = Axis(for: differences, tickCount: 6, including: [0])
    for (index, panel) in panels.enumerated() {
      let left = Float(index % columns) * Self.size.width
      let top = 60 + Float(index / columns) * Self.size.height
      draw(
        panel, into: &image,
        Frame(
          left: left + 70, top: top + 34, right: left + Self.size.width - 24,
          bottom: top + Self.size.height - 52), horizontal, vertical)
    }
    return image
  }

  private func draw(
    _ panel: Panel, into image: inout RasterImage, _ plot: Frame, _ horizontal: Axis,
    _ vertical: Axis
  ) {
    func x(_ value: Double) -> Float { plot.left + horizontal.fraction(value) * plot.width }
    func y(_ value: Double) -> Float { plot.bottom - vertical.fraction(value) * plot.height }
    func sharp(_ value: Float) -> Float { value.rounded(.down) + 0.5 }
    func level(_ value: Double) -> [Point] {
      [Point(x: plot.left, y: sharp(y(value))), Point(x: plot.right, y: sharp(y(value)))]
    }
    image.write(panel.title, at: Point(x: plot.left, y: plot.top - 12), height: 11, .black)
    image.stroke(vertical.ticks.map(level), thickness: 1, .lightGrey)
    for tick in vertical.ticks {
      image.write(
        vertical.label(tick), at: Point(x: plot.left - 8, y: y(tick) + 5), height: 9, .grey,
        aligned: .trailing)
    }
    for tick in horizontal.ticks {
      image.write(
        horizontal.label(tick), at: Point(x: x(tick), y: plot.bottom + 18), height: 9, .grey,
        aligned: .centred)
    }
    image.write(
      "difference over mean, \(unit)",
      at: Point(x: (plot.left + plot.right) / 2, y: plot.bottom + 38), height: 9, .grey,
      aligned: .centred)
    image.stroke(
      [
        [
          Point(x: sharp(plot.left), y: plot.top), Point(x: sharp(plot.left), y: plot.bottom),
          Point(x: plot.right, y: plot.bottom),
        ]
      ], thickness: 1, .grey)
    if panel.bias.isFinite { image.stroke([level(panel.bias)], thickness: 2, .blue) }
    for limit in [panel.limits.lower, panel.limits.upper] where limit.isFinite {
      // Dashes.
      let lines = stride(from: plot.left, to: plot.right, by: 14).map { start in
        [Point(x: start, y: sharp(y(limit))), Point(x: start + 7, y: sharp(y(limit)))]
      }
      image.stroke(lines, thickness: 2, .vermilion)
    }
    let dots = panel.points.filter { $0.mean.isFinite && $0.difference.isFinite }.map {
      [Point(x: x($0.mean), y: y($0.difference))]
    }
    image.stroke(dots, thickness: 5, .black)
  }
}
