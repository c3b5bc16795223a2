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
  /// What is known of both images; of one moving image only.
  var structures: KnownStructures?

  /// A map that was found, and how.
  struct Outcome {
    var chain: TransformChain
    var document: JSONObject
    var text: String
    /// The field back of a deformable map.
    var inverse: DisplacementField?
  }

  /// Registers one image and writes what was asked for.
  func run(
    _ task: RegistrationTask, _ console: Console
  ) throws -> (document: JSONObject, text: String) {
    let moving = try Volume<Float>(contentsOf: task.moving)
    let outcome = try find(moving, task, console)
    try write(outcome.chain, of: moving, task)
    if let path = task.inverse { try outcome.inverse?.write(to: path) }
    guard let structures else { return (outcome.document, outcome.text) }
    let figures = try structures.judge(outcome.chain, from: initial, on: fixed.geometry)
    var document = outcome.document
    for (name, value) in figures.document.members { document[name] = value }
    return (document, outcome.text + figures.text)
  }

  /// Registers one image and writes nothing.
  func find(
    _ moving: Volume<Float>, _ task: RegistrationTask, _ console: Console
  ) throws -> Outcome {
    if let deformable { return try find(moving, deformable, task, console) }
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
    return Outcome(
      chain: TransformChain(result.map), document: result.document(task, seconds: seconds),
      text: result.text(seconds: seconds))
  }

  private func write(
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
    if let transform = task.transform { try chain.write(to: transform, on: fixed.geometry) }
  }
}

extension TransformChain {
  /// Writes the map, as a field on a grid where the file's name asks for one.
  func write(to path: String, on grid: Geometry) throws {
    guard try TransformFileFormat(writing: path) == .field else {
      try write(to: path)
      return
    }
    try displacementField(on: grid).write(to: path)
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
