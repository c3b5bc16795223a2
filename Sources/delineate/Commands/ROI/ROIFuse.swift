import ArgumentParser
import JSONDocuments
import RegionsOfInterest
import Resampling
import VolumeFiles
import Volumes

struct ROIFuse: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuse", abstract: "Makes one image of two, such as CT and PET.",
    discussion: """
      Both are windowed to 0 to 1; the second is brought to the grid of the first. weighted takes \
      --weight of the first and the rest of the second; alpha lays the second over the first, the more \
      opaque the brighter it is, at most by --weight; maximum takes the brighter.
      """)

  @Argument(help: "The first image, such as the CT.") var first: String
  @Argument(help: "The second image, such as the PET.") var second: String
  @Argument(help: "The image to write, from 0 to 1.") var output: String

  @Option(help: ArgumentHelp("How.", valueName: "weighted|alpha|maximum"))
  var method = FusionChoice.weighted

  @Option(help: ArgumentHelp("Weight of the first, or opacity of the second.", valueName: "0...1"))
  var weight: Float = 0.5

  @Option(
    help: ArgumentHelp("What becomes 0 and 1 of the first, in its unit.", valueName: "low,high"))
  var firstWindow = WindowArgument(-1000, 400)

  @Option(
    help: ArgumentHelp("What becomes 0 and 1 of the second.", valueName: "low,high"))
  var secondWindow = WindowArgument(0, 20)

  @OptionGroup var common: OutputOptions

  func validate() throws {
    guard 0...1 ~= weight else {
      throw ValidationError("--weight must be from 0 to 1, not \(weight)")
    }
  }

  func run() throws {
    let console = common.start()
    let (a, b) = (try Volume<Float>(contentsOf: first), try Volume<Float>(contentsOf: second))
    let aligned: Volume<Float>
    if a.geometry.misalignment(of: b.geometry) == nil {
      aligned = Volume(voxels: b.voxels, geometry: a.geometry)
    } else {
      console.message("\(second): lies on another grid and is resampled")
      aligned = try b.resampled(onto: a.geometry, outside: secondWindow.window.lower)
    }
    let fusion: ImageFusion =
      switch method {
      case .weighted: .weighted(weight)
      case .alpha: .alpha(opacity: weight)
      case .maximum: .maximum
      }
    let fused = try a.scaled(over: firstWindow.window).fused(
      with: aligned.scaled(over: secondWindow.window), by: fusion)
    try fused.write(to: output)
    console.result(
      ["output": .string(output), "method": .string(method.rawValue)], text: "\(output)\n")
  }
}

/// How two images become one.
enum FusionChoice: String, ExpressibleByArgument, CaseIterable {
  case weighted, alpha, maximum
}

/// Two rising numbers such as -1000,400.
struct WindowArgument: ExpressibleByArgument {
  let window: IntensityWindow
  private let text: String

  init(_ lower: Int, _ upper: Int) {
    guard let window = IntensityWindow(Float(lower), Float(upper)) else {
      preconditionFailure("a window from \(lower) to \(upper)")
    }
    self.window = window
    text = "\(lower),\(upper)"
  }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Float(String($0)) }
    guard parts.count == 2, let lower = parts[0], let upper = parts[1],
      let window = IntensityWindow(lower, upper)
    else { return nil }
    self.window = window
    text = argument
  }

  /// As it is shown in the help.
  var defaultValueDescription: String { text }
}
