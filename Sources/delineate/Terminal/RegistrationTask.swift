import ArgumentParser
import JSONDocuments
import Registration
import Reports
import Resampling
import SpatialTransforms
import TransformFiles
import VolumeFiles
import Volumes

/// A moving image with what is to be written of it.
struct RegistrationTask {
  var moving: String
  var output: String?
  var transform: String?
  var report: String?
  /// The field back of a deformable registration.
  var inverse: String?

  /// Refuses names of files that could not be written in the end.
  func validate() throws {
    if let output, VolumeFileFormat(path: output) == nil {
      throw ValidationError(
        "--output must end in .nii.gz, .nii, .nrrd, .mha or .tif, not \(output)")
    }
    if let transform, (try? TransformFileFormat(writing: transform)) == nil {
      throw ValidationError(
        "--transform must end in .tfm, .txt, .mat or .nii.gz, not \(transform)")
    }
    if let inverse, (try? TransformFileFormat(writing: inverse)) != .field {
      throw ValidationError("--inverse must end in .nii.gz, .nii, .mha or .nrrd, not \(inverse)")
    }
    if let report, !report.lowercased().hasSuffix(".png") {
      throw ValidationError("--report must end in .png, not \(report)")
    }
  }
}

/// What all moving images of a run have in common.
struct RegistrationRequest {
  var settings: LinearSettings
  /// What to do after, and in place of, a linear registration.
  var deformable: DeformableRequest?
  var fixedPath: String
  var fixed: Volume<Float>
  var masks: LinearRegistration.Masks
  var initial: AffineMap
  var interpolation: Interpolation
  var outside: Float

  /// Registers one image and writes what was asked for.
  func run(
    _ task: RegistrationTask, _ console: Console
  ) throws -> (document: JSONObject, text: String) {
    let moving = try Volume<Float>(contentsOf: task.moving)
    if let deformable { return try run(deformable, moving, task, console) }
    let begin = ContinuousClock.now
    let result: LinearResult
    do throws(RegistrationError) {
      result = try LinearRegistration(settings).register(
        moving, to: fixed, masks: masks, initial: initial
      ) { console.progress(task.moving, $0, $1) }
    } catch {
      throw FailedRegistration(moving: task.moving, fixed: fixedPath, cause: error)
    }
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    for warning in result.warnings { console.message("\(task.moving): warning: \(warning)") }
    try write(TransformChain(result.map), of: moving, task)
    return (
      result.document(task, seconds: seconds), result.text(seconds: seconds)
    )
  }

  func write(
    _ chain: TransformChain, of moving: Volume<Float>, _ task: RegistrationTask
  ) throws {
    if task.output != nil || task.report != nil {
      let aligned = try moving.resampled(
        onto: fixed.geometry, interpolation: interpolation, outside: outside, through: chain.map)
      if let output = task.output { try aligned.write(to: output) }
      if let report = task.report {
        try AlignmentFigure(
          fixed: fixed, moving: aligned,
          title: "\(fileName(of: task.moving)) on \(fileName(of: fixedPath))"
        ).image.write(to: report)
      }
    }
    guard let transform = task.transform else { return }
    guard try TransformFileFormat(writing: transform) == .field else {
      try chain.write(to: transform)
      return
    }
    try chain.displacementField(on: fixed.geometry).write(to: transform)
  }
}

/// Two images that could not be registered.
struct FailedRegistration: Error, CustomStringConvertible {
  var moving: String
  var fixed: String
  var cause: RegistrationError

  var description: String { "\(moving) on \(fixed): \(cause)" }
}

/// A file's name without its folder and without the ending of an image.
func nameWithoutEnding(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  let endings = VolumeFileFormat.allCases.flatMap(\.endings)
  let ending = endings.filter { name.lowercased().hasSuffix($0) }.max { $0.count < $1.count }
  return String(name.dropLast(ending?.count ?? 0))
}
