/// How a training went: losses, Dice, learning rate and time, epoch by epoch.
public struct TrainingCurves: Hashable, Sendable {
  /// The figures of one epoch.
  public struct Epoch: Hashable, Sendable {
    /// Mean loss of the training steps.
    public var trainingLoss: Double
    /// Mean loss of the validation steps; NaN where there were none.
    public var validationLoss: Double
    /// Mean foreground Dice of the validation patches taken as one.
    public var pseudoDice: Double
    /// Exponential moving average of ``pseudoDice``.
    public var smoothedPseudoDice: Double
    /// Learning rate of the epoch's steps.
    public var learningRate: Double
    /// Duration in seconds.
    public var seconds: Double

    /// The figures of one epoch; NaN for those that are unknown.
    public init(
      trainingLoss: Double, validationLoss: Double, pseudoDice: Double,
      smoothedPseudoDice: Double, learningRate: Double
    ) {
      self.trainingLoss = trainingLoss
      self.validationLoss = validationLoss
      self.pseudoDice = pseudoDice
      self.smoothedPseudoDice = smoothedPseudoDice
      self.learningRate = learningRate
      seconds = .nan
    }
  }

  /// The epochs, the first one first.
  public var epochs: [Epoch]
  /// What the picture is headed with.
  public var title: String

  /// Curves of the given epochs.
  public init(epochs: [Epoch], title: String = "Training") {
    self.epochs = epochs
    self.title = title
  }

  /// The curves as a picture of 1200 by 1080 pixels.
  public var image: RasterImage {
    var image = RasterImage(width: 1200, height: 1080, colour: .white)
    image.write(title, at: Point(x: 70, y: 36), height: 15, .black)
    image.write(
      epochs.count == 1 ? "1 epoch" : "\(epochs.count) epochs", at: Point(x: 1130, y: 36),
      height: 11, .grey, aligned: .trailing)
    for (chart, top, bottom) in charts {
      chart.draw(into: &image, Frame(left: 0, top: top, right: 1200, bottom: bottom))
    }
    return image
  }

  private var charts: [(LineChart, top: Float, bottom: Float)] {
    [
      (
        LineChart(
          title: "Loss",
          curves: [
            LineChart.Curve(name: "training", colour: .blue, values: epochs.map(\.trainingLoss)),
            LineChart.Curve(
              name: "validation", colour: .vermilion, values: epochs.map(\.validationLoss)),
          ]), 55, 410
      ),
      (
        LineChart(
          title: "Pseudo-Dice",
          curves: [
            LineChart.Curve(
              name: "epoch", colour: .skyBlue, values: epochs.map(\.pseudoDice), thickness: 1.3),
            LineChart.Curve(
              name: "moving average", colour: .green, values: epochs.map(\.smoothedPseudoDice),
              thickness: 2.6),
          ], including: [0, 1]), 410, 765
      ),
      (
        LineChart(
          title: "Learning rate (left), seconds per epoch (right)",
          curves: [
            LineChart.Curve(
              name: "learning rate", colour: .purple, values: epochs.map(\.learningRate)),
            LineChart.Curve(
              name: "seconds", colour: .orange, values: epochs.map(\.seconds), thickness: 1.3,
              side: .right),
          ], including: [0], horizontalCaption: "epoch"), 765, 1070
      ),
    ]
  }
}
