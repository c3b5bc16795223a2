public import Datasets
import FileOutput
public import Inference
import VolumeFiles
import Volumes

/// Segments many cases and writes a mask for each.
public struct FolderPrediction {
  /// What became of one case.
  public struct Outcome: Sendable, Equatable {
    /// The case.
    public let id: String
    /// The mask's path, or nil if there is none.
    public let output: String?
    /// Why there is none.
    public let problem: String?
    /// Whether the mask was there already and was kept.
    public let isKept: Bool
    /// Seconds it took.
    public let seconds: Double
  }

  /// The model.
  public let model: ModelFolder
  /// What segments.
  public let predictor: Predictor
  /// Whether masks that are there already are kept.
  ///
  /// Kept are whole ones on the grids of their images with no labels but the model's; others are made again.
  public var keepsMasks = false
  /// Where a cascade's second stage gets the masks that it refines; nil for other models.
  public var previousStage: PreviousStagePrediction?
  /// Told about every case.
  public var observer: StepObserver

  /// A prediction of many cases with one model.
  public init(
    _ model: ModelFolder, with predictor: Predictor, observer: StepObserver = StepObserver()
  ) {
    self.model = model
    self.predictor = predictor
    self.observer = observer
  }

  /// Segments the cases one after another; one that fails does not stop the others.
  ///
  /// - Parameters:
  ///   - cases: The cases.
  ///   - folder: Where `CASE` and the model's file ending go; made if it does not exist.
  /// - Returns: What became of each case, in their order.
  /// - Throws: ``WorkspaceError/unwritable(path:reason:)`` if the folder cannot be made or written to,
  ///   ``WorkspaceError/input(path:problem:)`` if a mask would replace one of the images.
  public func run(
    _ cases: [Case], into folder: String
  ) throws(WorkspaceError) -> [Outcome] {
    try makeFolder(folder)
    // Before hours of computing, not after the first case.
    guard isWritableFolder(folder) else {
      throw .unwritable(path: folder, reason: "no permission to write in this folder")
    }
    removeAbandonedFiles(in: folder)
    let images = Set(cases.flatMap(\.images).map(absolute))
    for target in cases.map({ self.target($0, in: folder) })
    where images.contains(absolute(target)) {
      throw .input(
        path: target,
        problem: "is an image to segment, and its mask would have the same name; "
          + "write the masks to another folder")
    }
    let clock = ContinuousClock()
    var outcomes: [Outcome] = []
    for (index, entry) in cases.enumerated() {
      let start = clock.now
      let target = target(entry, in: folder)
      var problem: String?
      if keepsMasks,
        ExistingMask.isWhole(target, of: entry, labels: model.description.labels)
      {
        outcomes.append(
          Outcome(id: entry.id, output: target, problem: nil, isKept: true, seconds: 0))
        observer.progress("predict", index + 1, cases.count)
        continue
      }
      do throws(WorkspaceError) { try segment(entry, to: target) } catch {
        problem = error.description
        observer.message("case \(entry.id) failed: \(error.description)")
      }
      outcomes.append(
        Outcome(
          id: entry.id, output: problem == nil ? target : nil, problem: problem, isKept: false,
          seconds: (clock.now - start) / .seconds(1)))
      observer.progress("predict", index + 1, cases.count)
    }
    return outcomes
  }

  private func target(_ entry: Case, in folder: String) -> String {
    "\(folder)/\(entry.id)\(model.description.fileEnding ?? ".nii.gz")"
  }

  private func segment(_ entry: Case, to target: String) throws(WorkspaceError) {
    let images: CaseImages
    do throws(DatasetError) { images = try CaseImages(of: entry) } catch { throw .dataset(error) }
    let previous = try previousStage.map { (stage) throws(WorkspaceError) in
      try stage.mask(of: images, entry, ending: model.description.fileEnding ?? ".nii.gz")
    }
    let mask: LabelMap
    do throws(InferenceError) {
      mask = try predictor.segment(images, refining: previous, id: entry.id)
    } catch {
      throw .inference(error)
    }
    do throws(VolumeFileError) { try mask.write(to: target) } catch { throw .volume(error) }
  }
}
