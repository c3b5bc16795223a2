import ArgumentParser
import JSONDocuments
import Resampling
import SpatialTransforms
import TransformFiles
import VolumeFiles
import Volumes

struct Warp: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings an image, a label map or points over through transforms.",
    discussion: """
      Transforms map points of the fixed image to points of the moving image, as ITK's do. Of \
      several, a point passes through the first one first, the order of antsApplyTransforms; the \
      image is interpolated once. With inverse: in front of its name a transform is passed \
      backwards.

      Read are ITK's text format (.tfm, .txt), 4 x 4 matrices in RAS (c3d, greedy, ITK-SNAP), ANTs' \
      affine .mat, and displacement fields as images (.nii.gz with intent 1007 or 1006, .mha, \
      .nrrd). What the numbers of a field mean is said, where the file does not, by lps: or ras: (mm) \
      or voxels: (4-D fields of Learn2Reg and ConvexAdam) in front of its name, after inverse:.

      Points (--points) go the way the transforms are stored, from the fixed to the moving image, and \
      images the other way: to bring points of the moving image to the fixed image, pass the \
      transforms in reverse order with inverse: in front of each.
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Transforms to pass, in order.", valueName: "[inverse:]file"))
  var transform: [TransformArgument]

  @Option(help: ArgumentHelp("The image to bring over.", valueName: "file")) var moving: String?

  @Option(
    name: .customLong("fixed"),
    help: ArgumentHelp("An image whose grid to bring it onto.", valueName: "file"))
  var fixedImage: String?

  @OptionGroup var pointOptions: WarpPointOptions

  @Option(help: ArgumentHelp("The image or the table of points to write.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Interpolation: 0 nearest, 1 linear, 3 cubic B-spline; 1 by default.", valueName: "0|1|3"))
  var order: Int?

  @Flag(
    help: """
      The image is a label map: each voxel gets the label with the largest share, with --order 0 \
      that of the nearest voxel.
      """)
  var labels = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Value outside the moving image, such as -1024 for CT; 0 by default.", valueName: "value"))
  var outside: Float?

  @Option(
    help: ArgumentHelp(
      "Also write all transforms together, as one displacement field on the fixed grid.",
      valueName: "file"))
  var field: String?

  @OptionGroup var common: OutputOptions

  func validate() throws {
    if transform.isEmpty { throw ValidationError("--transform needs files") }
    try validateTarget()
    if let order, Interpolation(rawValue: order) == nil {
      throw ValidationError("--order must be 0, 1 or 3, not \(order)")
    }
    if labels, order == 3 { throw ValidationError("--labels allows --order 0 or 1, not 3") }
    if labels, outside != nil {
      throw ValidationError("--outside has no meaning together with --labels")
    }
    if let field, (try? TransformFileFormat(writing: field)) != .field {
      throw ValidationError("--field must end in .nii.gz, .nii, .mha or .nrrd, not \(field)")
    }
  }

  /// Refuses what belongs to points together with an image, and the other way round.
  private func validateTarget() throws {
    guard pointOptions.points != nil else {
      guard moving != nil, fixedImage != nil, output != nil else {
        throw ValidationError("give --moving, --fixed and --output, or --points")
      }
      guard pointOptions.landmarks == nil, pointOptions.frame == nil else {
        throw ValidationError("--landmarks and --frame belong to --points")
      }
      return
    }
    let images: [(String, Bool)] = [
      ("--moving", moving != nil), ("--fixed", fixedImage != nil), ("--order", order != nil),
      ("--labels", labels), ("--outside", outside != nil), ("--field", field != nil),
    ]
    if let (name, _) = images.first(where: \.1) {
      throw ValidationError("\(name) belongs to an image, not to --points")
    }
    guard output != nil || pointOptions.landmarks != nil else {
      throw ValidationError("give --output, --landmarks or both, to say what to do with the points")
    }
  }

  func run() throws {
    let console = common.start()
    let chain = try TransformChain(reading: transform)
    if let points = pointOptions.points {
      try pointOptions.run(points, through: chain, to: output, console)
    } else if let moving, let fixedImage, let output {
      try run(chain, from: moving, onto: fixedImage, to: output, console)
    }
  }

  private func run(
    _ chain: TransformChain, from moving: String, onto fixedImage: String, to output: String,
    _ console: Console
  ) throws {
    let grid = try VolumeHeader(contentsOf: fixedImage).geometry
    let overlap = try chain.overlap(
      of: grid, with: VolumeHeader(contentsOf: moving).geometry)
    guard overlap > 0 else {
      throw WarpingError.noOverlap(fixed: fixedImage, moving: moving)
    }
    let errors = chain.inversionErrors(on: grid)
    if let errors, errors.failures > 0 {
      let share = Double(errors.failures) / Double(errors.points)
      console.message(
        "warning: from \(fixed(share * 100, 1)) % of the points there is no way back through the"
          + " field, by up to \(fixed(errors.largest, 2)) mm; they lie where it folds or ends")
    }
    try write(chain, from: moving, on: grid, to: output)
    if let field { try chain.displacementField(on: grid).write(to: field) }
    var document: JSONObject = [
      "output": .string(output), "overlap": .number(overlap),
      "field": field.map { .string($0) } ?? .null,
    ]
    if let errors {
      document["largest_inversion_error_mm"] = .number(errors.largest)
      document["mean_inversion_error_mm"] = .number(errors.mean)
    }
    console.result(
      .object(document),
      text: "\(output): \(fixed(overlap * 100, 1)) % of the grid lies in \(moving)\n")
  }

  private func write(
    _ chain: TransformChain, from moving: String, on grid: Geometry, to output: String
  ) throws {
    guard !labels else {
      try LabelMap(contentsOf: moving).resampled(
        onto: grid, interpolation: order == 0 ? .nearest : .largestShare, through: chain.map
      ).write(to: output)
      return
    }
    let interpolation = order.flatMap(Interpolation.init(rawValue:)) ?? .linear
    let channels = try ImageFile(contentsOf: moving).channels.map {
      try $0.resampled(
        onto: grid, interpolation: interpolation, outside: outside ?? 0, through: chain.map)
    }
    try ImageFile(channels: channels).write(to: output)
  }
}

/// Why an image cannot be brought over.
enum WarpingError: Error, CustomStringConvertible {
  /// No voxel of the fixed grid arrives in the moving image.
  case noOverlap(fixed: String, moving: String)

  var description: String {
    switch self {
    case .noOverlap(let fixed, let moving):
      "\(moving): no voxel of \(fixed) arrives in it; check the order and the direction of the"
        + " transforms, and that the two images belong together"
    }
  }
}
