import ArgumentParser
import RegionsOfInterest
import Volumes

/// Where regions may grow to.
struct AllowedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A mask, such as an organ or the body, outside of which nothing is added.", valueName: "mask")
  )
  var inside: String?

  @Option(
    help: ArgumentHelp(
      "A mask, such as vessels or other tumours, into which nothing is added.", valueName: "mask"))
  var avoid: String?

  /// Whether anything is in the way.
  var isLimited: Bool { inside != nil || avoid != nil }

  /// What is allowed on a grid; nil, everything.
  func mask(on grid: Geometry, _ console: Console) throws -> Mask? {
    let allowed = try inside.map { try delineate.mask(from: $0, on: grid, console) }
    guard let avoid else { return allowed }
    let whole = allowed ?? Mask(repeating: true, geometry: grid)
    return try whole.combined(
      .difference, with: delineate.mask(from: avoid, on: grid, console))
  }
}
