import ArgumentParser
import Resampling

/// How images are interpolated that are written.
struct InterpolationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Interpolation of the output: 0 nearest, 1 linear, 3 cubic B-spline; 1 by default.",
      valueName: "0|1|3"))
  var order: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Value outside the moving image, such as -1024 for CT; 0 by default.", valueName: "value"))
  var outside: Float?

  var interpolation: Interpolation { order.flatMap(Interpolation.init(rawValue:)) ?? .linear }

  func validate() throws {
    if let order, Interpolation(rawValue: order) == nil {
      throw ValidationError("--order must be 0, 1 or 3, not \(order)")
    }
  }
}
