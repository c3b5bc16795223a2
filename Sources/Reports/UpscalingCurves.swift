/// Curves of a training that raises the resolution of images.
public struct UpscalingCurves: Hashable, Sendable {
  /// What some steps brought.
  public struct Point: Hashable, Sendable {
    /// Mean absolute difference of the network's images from the truth.
    public var network: Double
    /// The same of interpolation.
    public var interpolation: Double
    /// The generator's adversarial loss; NaN where there is none.
    public var generator: Double
    /// The discriminator's.
    public var discriminator: Double

    /// A point of the curves.
    public init(
      network: Double, interpolation: Double, generator: Double = .nan,
      discriminator: Double = .nan
    ) {
      self.network = network
      self.interpolation = interpolation
      self.generator = generator
      self.discriminator = discriminator
    }
  }

  /// The points, in the order of the steps.
  public var points: [Point]

  /// Curves through points.
  public init(_ points: [Point]) { self.points = points }

  /// The curves as a picture of 1200 by 760 pixels.
  public var image: RasterImage {
    var image = RasterImage(width: 1200, height: 760, colour: .white)
    image.write("Super-resolution", at: .init(x: 70, y: 36), height: 15, .black)
    LineChart(
      title: "Mean absolute difference",
      curves: [
        LineChart.Curve(name: "network", colour: .blue, values: points.map(\.network)),
        LineChart.Curve(
          name: "interpolation", colour: .vermilion, values: points.map(\.interpolation)),
      ], including: [0]
    ).draw(into: &image, Frame(left: 0, top: 55, right: 1200, bottom: 410))
    LineChart(
      title: "Adversarial losses",
      curves: [
        LineChart.Curve(name: "generator", colour: .green, values: points.map(\.generator)),
        LineChart.Curve(
          name: "discriminator", colour: .purple, values: points.map(\.discriminator)),
      ], including: [0], horizontalCaption: "records"
    ).draw(into: &image, Frame(left: 0, top: 410, right: 1200, bottom: 750))
    return image
  }
}
