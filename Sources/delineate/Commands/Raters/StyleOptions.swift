import ArgumentParser
import SimulatedRaters

/// How simulated raters differ from the truth.
struct StyleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Standard deviation of a smooth random displacement of the border.", valueName: "mm"))
  var noise: Double?

  @Option(
    help: ArgumentHelp(
      "Distance over which that displacement's correlation falls to 1/e.", valueName: "mm"))
  var correlation = 5.0

  @Option(
    help: ArgumentHelp(
      "Millimetres by which all raters draw too far outside; negative, too far inside.",
      valueName: "mm"))
  var bias = 0.0

  @Option(
    help: ArgumentHelp(
      "Standard deviation of a bias of every rater's own.", valueName: "mm"))
  var biasSpread = 0.0

  @Option(
    help: ArgumentHelp(
      "Standard deviation of a bias of its own in every slice.", valueName: "mm"))
  var sliceNoise = 0.0

  @Option(help: ArgumentHelp("The axis of the file across slices.", valueName: "x|y|z"))
  var sliceAxis = AxisChoice.z

  @Option(
    help: ArgumentHelp(
      "Standard deviation of a shift along every axis.", valueName: "mm"))
  var shift = 0.0

  @Option(
    help: ArgumentHelp(
      "Standard deviation of a rotation about a random axis.", valueName: "degrees"))
  var rotation = 0.0

  @Option(
    help: ArgumentHelp(
      "Probability of missing a part that is not connected to a structure's largest.",
      valueName: "0...1"))
  var missSatellites = 0.0

  /// The style; where no amount is given, noise of 1 mm.
  var style: RaterStyle {
    var style = RaterStyle()
    (style.bias, style.biasSpread, style.sliceNoise) = (bias, biasSpread, sliceNoise)
    (style.shift, style.rotation) = (shift, rotation)
    (style.correlationLength, style.sliceAxis) = (correlation, sliceAxis.axis)
    style.missedSatellites = missSatellites
    style.noise = noise ?? (style.movesBorders || missSatellites > 0 ? 0 : 1)
    return style
  }
}
