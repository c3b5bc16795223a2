public import Datasets
import FileOutput
import FoundationEssentials
import Inference
import Parallelism
import VolumeFiles
import Volumes

/// Averages the probabilities that several predictions saved, and decides every voxel.
///
/// - Source: nnU-Net 2.8.1's `ensembling/ensemble.py`, with the same sums in single precision.
public struct FolderEnsemble {
  /// Folders of `CASE.npz` and, for their grids, `CASE.nii.gz`.
  public let folders: [String]
  /// Channels and labels.
  public let description: DatasetDescription
  /// Names of the cases that all folders have, sorted.
  public let cases: [String]
  /// Whether the averages are saved too.
  public var savesProbabilities = false
  /// Told about every case.
  public var observer: StepObserver

  /// An ensemble of predictions in folders.
  ///
  /// - Parameters:
  ///   - folders: At least one folder, all with the same cases.
  ///   - description: The dataset's description; nil takes the `dataset.json` of the first folder.
  ///   - observer: Told about every case.
  /// - Throws: ``WorkspaceError/input(path:problem:)`` if a folder lacks a case that another has.
  public init(
    _ folders: [String], description: DatasetDescription? = nil,
    observer: StepObserver = StepObserver()
  ) throws(WorkspaceError) {
    precondition(!folders.isEmpty, "an ensemble of no folders")
    var names: [Set<String>] = []
    for folder in folders {
      guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
        throw .input(path: folder, problem: "no such folder; check --input")
      }
      names.append(
        Set(
          found.filter { $0.hasSuffix(".npz") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(4)) }))
    }
    let all = names.reduce(into: Set<String>()) { $0.formUnion($1) }
    guard !all.isEmpty else {
      throw .input(
        path: folders[0],
        problem: "holds no probabilities (CASE.npz); predict with --probabilities")
    }
    for (folder, found) in zip(folders, names) {
      let missing = all.subtracting(found).sorted()
      guard missing.isEmpty else {
        throw .input(
          path: folder,
          problem:
            "lacks the probabilities of \(missing.count) cases that another folder has, such "
            + "as \(missing[0]); predict the same images into every folder")
      }
    }
    if let description {
      self.description = description
    } else {
      do throws(DatasetError) {
        self.description = try DatasetDescription(contentsOf: "\(folders[0])/dataset.json")
      } catch {
        guard exists("\(folders[0])/dataset.json") else {
          throw .input(
            path: folders[0], problem: "holds no dataset.json; give one with --dataset-json")
        }
        throw .dataset(error)
      }
    }
    self.folders = folders
    self.observer = observer
    cases = all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private var ending: String { description.fileEnding ?? ".nii.gz" }

  /// Writes a mask for every case; one that fails does not stop the others.
  ///
  /// - Parameter folder: Where the masks go; made if it does not exist.
  /// - Returns: What became of each case.
  /// - Throws: ``WorkspaceError`` if the folder cannot be written to, or is one of the inputs.
  public func run(into folder: String) throws(WorkspaceError) -> [FolderPrediction.Outcome] {
    try makeFolder(folder)
    guard isWritableFolder(folder) else {
      throw .unwritable(path: folder, reason: "no permission to write in this folder")
    }
    guard !folders.map(absolute).contains(absolute(folder)) else {
      throw .input(
        path: folder, problem: "is one of the inputs; write the masks to another folder")
    }
    try PredictionFiles(folder).writeDescription(description)
    if savesProbabilities { try PredictionFiles(folder).takePlan(of: folders[0]) }
    let clock = ContinuousClock()
    var outcomes: [FolderPrediction.Outcome] = []
    for (index, name) in cases.enumerated() {
      let start = clock.now
      let target = "\(folder)/\(name)\(ending)"
      var problem: String?
      do throws(WorkspaceError) { try average(name, to: target, in: folder) } catch {
        problem = error.description
        observer.message("case \(name) failed: \(error.description)")
      }
      outcomes.append(
        .init(
          id: name, output: problem == nil ? target : nil, problem: problem, isKept: false,
          seconds: (clock.now - start) / .seconds(1)))
      observer.progress("ensemble", index + 1, cases.count)
    }
    return outcomes
  }

  /// Averages one case and writes its mask.
  private func average(
    _ name: String, to target: String, in folder: String
  ) throws(WorkspaceError) {
    let geometry: Geometry
    let labels: [LabelMap.Label]
    let output: NumPyArrayWriter?
    do throws(VolumeFileError) {
      geometry = try grid(of: name)
      let ensemble = try CaseEnsemble(
        folders.map { "\($0)/\(name).npz" }, classes: description.labels.heads.count,
        shape: geometry.extent.shape)
      output =
        savesProbabilities
        ? try NumPyArrayWriter(
          "\(folder)/\(name).npz", array: ProbabilityMaps.arrayName, shape: ensemble.shape)
        : nil
      labels = try ensemble.labels(description.labels.heads, saving: output)
    } catch {
      throw .volume(error)
    }
    do throws(InferenceError) { try ProbabilityMaps.removeSaved(name, in: folder) } catch {
      throw .inference(error)
    }
    if savesProbabilities {
      try PredictionFiles(folder).takeProperties(of: name, from: folders[0])
    }
    // The mask last: where it is, everything is.
    do throws(VolumeFileError) {
      try output?.commit()
      try LabelMap(labels: labels, geometry: geometry).write(to: target)
    } catch {
      throw .volume(error)
    }
  }

  /// The grid of a case, which the first mask that is beside its probabilities has.
  private func grid(of name: String) throws(VolumeFileError) -> Geometry {
    let masks = folders.map { "\($0)/\(name)\(ending)" }
    guard let mask = masks.first(where: exists) else {
      throw .unreadable(
        path: masks[0], reason: "no such mask beside the probabilities, whose grid it tells")
    }
    return try VolumeHeader(contentsOf: mask).geometry
  }
}

/// The probabilities of one case in several archives, read side by side.
private struct CaseEnsemble {
  let shape: [Int]
  private let archives: [NumPyArrayReader]

  init(_ paths: [String], classes: Int, shape: Shape3) throws(VolumeFileError) {
    let expected = [classes, shape.depth, shape.height, shape.width]
    var archives: [NumPyArrayReader] = []
    for path in paths {
      let archive = try NumPyArrayReader(path, array: ProbabilityMaps.arrayName)
      guard archive.shape == expected else {
        throw .damagedHeader(
          path: path,
          problem:
            "probabilities of the shape \(archive.shape), expected \(expected) (classes, z, y, "
            + "x); take predictions of the same images and labels")
      }
      archives.append(archive)
    }
    self.archives = archives
    self.shape = expected
  }

  /// Averages piece by piece.
  func labels(
    _ heads: LabelSet.Heads, saving output: NumPyArrayWriter?
  ) throws(VolumeFileError) -> [LabelMap.Label] {
    let voxels = shape[1] * shape[2] * shape[3]
    var decision = ProbabilityDecision(heads, voxels: voxels)
    let length = min(voxels, 1 << 18)
    let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: length * archives.count)
    defer { room.deallocate() }
    for index in 0..<shape[0] {
      for start in stride(from: 0, to: voxels, by: length) {
        let count = min(length, voxels - start)
        // Every call reads an archive of its own into a place of its own.
        nonisolated(unsafe) let (archives, room) = (archives, room)
        let failures = parallelMap(archives.count) { number -> VolumeFileError? in
          let place = UnsafeMutableBufferPointer(
            rebasing: room[number * length..<number * length + count])
          do throws(VolumeFileError) {
            try archives[number].read(into: place)
            return nil
          } catch {
            return error
          }
        }
        if let failure = failures.compactMap({ $0 }).first { throw failure }
        let mean = UnsafeMutableBufferPointer(rebasing: room[..<count])
        let divisor = Float(archives.count)
        for voxel in 0..<count {
          var sum = mean[voxel]
          for number in 1..<max(1, archives.count) { sum += room[number * length + voxel] }
          mean[voxel] = sum / divisor
        }
        decision.take(UnsafeBufferPointer(mean), of: index, at: start)
        try output?.write(UnsafeBufferPointer(mean))
      }
    }
    return decision.labels
  }
}
