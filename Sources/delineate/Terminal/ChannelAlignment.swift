import Foundation
import JSONDocuments
import Registration
import Reports
import Resampling
import SpatialTransforms
import VolumeFiles
import Volumes

/// An image of a patient's folder.
struct ChannelFile {
  /// The name without ending.
  var name: String
  var path: String
}

/// The images of a patient's folder.
struct ChannelFolder {
  private let path: String
  private let files: [ChannelFile]

  init(_ path: String) throws {
    self.path = path
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw TableProblem(path: path, problem: "is no folder that can be read")
    }
    // Numbers are compared as such: image2 before image10.
    let sorted = names.filter { !$0.hasPrefix(".") && VolumeFileFormat(path: $0) != nil }
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    files = sorted.map { ChannelFile(name: nameWithoutEnding($0), path: "\(path)/\($0)") }
    if let twice = files.first(where: { file in files.count { $0.name == file.name } > 1 }) {
      throw TableProblem(path: path, problem: "holds two images called \(twice.name); rename one")
    }
  }

  /// The images of some names in their order, or all.
  func files(named names: [String]) throws -> [ChannelFile] {
    let chosen =
      try names.isEmpty ? files : names.map { try files[Self.index(of: $0, in: files)] }
    guard chosen.count > 1 else {
      throw TableProblem(
        path: path,
        problem: "expected two images or more to bring onto one grid, found"
          + " \(chosen.map(\.name))")
    }
    guard Set(chosen.map(\.name)).count == chosen.count else {
      throw TableProblem(path: path, problem: "a channel is named twice: \(names)")
    }
    return chosen
  }

  static func index(of name: String, in files: [ChannelFile]) throws -> Int {
    guard let index = files.firstIndex(where: { $0.name == name }) else {
      throw TableProblem(
        path: name,
        problem: "no channel has this name, expected one of \(files.map(\.name))")
    }
    return index
  }
}

/// Brings the channels of a patient onto one grid.
struct ChannelAlignment {
  /// A channel on the common grid.
  struct Channel {
    var file: ChannelFile
    var image: Volume<Float>
    /// How it was registered; nil for the reference.
    var outcome: RegistrationRequest.Outcome?

    /// The map from the common grid to the channel's image.
    var chain: TransformChain { outcome?.chain ?? TransformChain() }

    func figure(on reference: Channel) -> AlignmentFigure {
      AlignmentFigure(
        fixed: reference.image, moving: image,
        title: "\(fileName(of: file.path)) on \(fileName(of: reference.file.path))")
    }

    func document(_ output: String) -> JSONValue {
      guard var document = outcome?.document else {
        return ["moving": .string(file.path), "output": .string(output), "reference": true]
      }
      document["output"] = .string(output)
      return .object(document)
    }
  }

  var method: RegistrationMethod
  var interpolation: Interpolation
  var outside: Float
  /// Voxel size of the common grid; nil for the reference's.
  var spacing: Vector3?

  /// Registers all channels to one of them.
  func align(
    _ files: [ChannelFile], to reference: Int, _ console: Console
  ) throws -> [Channel] {
    let request = RegistrationRequest(
      settings: method.linear, deformable: method.deformable, fixedPath: files[reference].path,
      fixed: try Volume<Float>(contentsOf: files[reference].path),
      masks: LinearRegistration.Masks(), initial: .identity, interpolation: interpolation,
      outside: outside)
    var onGrid = request.fixed
    if let spacing {
      var scheme = ResamplingScheme.image
      scheme.order = interpolation
      onGrid = try request.fixed.resampled(toSpacing: spacing, scheme: scheme)
    }
    return try files.enumerated().map { index, file in
      guard index != reference else { return Channel(file: file, image: onGrid) }
      let moving = try Volume<Float>(contentsOf: file.path)
      let outcome = try request.find(moving, RegistrationTask(moving: file.path), console)
      let image = try moving.resampled(
        onto: onGrid.geometry, interpolation: interpolation, outside: outside,
        through: outcome.chain.map)
      return Channel(file: file, image: image, outcome: outcome)
    }
  }
}
