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

  /// A model and what segments with it.
  public struct Member {
    /// The model.
    public let model: ModelFolder
    /// What segments.
    public let predictor: Predictor
    /// Where a cascade's second stage gets the masks that it refines; nil for other models.
    public var previousStage: PreviousStagePrediction?

    /// A model with its predictor.
    public init(_ model: ModelFolder, _ predictor: Predictor) {
      self.model = model
      self.predictor = predictor
    }
  }

  /// The models; the probabilities of several are averaged.
  public let members: [Member]
  /// Whether probabilities are saved beside the masks, as nnU-Net does.
  public var savesProbabilities = false
  /// Whether masks that are there already are kept.
  ///
  /// Kept are whole ones on the grids of their images with no labels but the model's; others are made again.
  public var keepsMasks = false
  /// Told about every case.
  public var observer: StepObserver

  /// A prediction of many cases with one model.
  public init(
    _ model: ModelFolder, with predictor: Predictor, observer: StepObserver = StepObserver()
  ) {
    members = [Member(model, predictor)]
    self.observer = observer
  }

  /// A prediction of many cases with several models, whose probabilities are averaged.
  ///
  /// - Parameters:
  ///   - members: At least one model.
  ///   - observer: Told about every case.
  /// - Throws: ``WorkspaceError/input(path:problem:)`` if two were trained for other channels or labels.
  public init(
    _ members: [Member], observer: StepObserver = StepObserver()
  ) throws(WorkspaceError) {
    precondition(!members.isEmpty, "a prediction with no model")
    let first = members[0].model
    for other in members.map(\.model) {
      guard other.description.labels == first.description.labels,
        other.description.channelNames == first.description.channelNames
      else {
        throw .input(
          path: other.path,
          problem:
            "was trained for other channels or labels than \(first.path); their probabilities "
            + "cannot be averaged")
      }
    }
    self.members = members
    self.observer = observer
  }

  /// The first model.
  private var model: ModelFolder { members[0].model }

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
    try prepare(folder, for: cases, targets: cases.map { target($0, in: folder) })
    if savesProbabilities {
      try PredictionFiles(folder).writeDescription(model.description)
      try PredictionFiles(folder).writePlan(model.plan)
    }
    var outcomes: [Outcome] = []
    for (index, entry) in cases.enumerated() {
      outcomes.append(outcome(of: entry, at: target(entry, in: folder), in: folder))
      observer.progress("predict", index + 1, cases.count)
    }
    return outcomes
  }

  /// Segments one case into a file.
  ///
  /// - Parameters:
  ///   - entry: The case.
  ///   - file: The mask, in the format of its ending; its folder is made if it does not exist. Probabilities lie beside it, under the case's name.
  /// - Returns: What became of the case.
  /// - Throws: As ``run(_:into:)``.
  public func run(_ entry: Case, to file: String) throws(WorkspaceError) -> Outcome {
    let folder = enclosingFolder(of: file)
    try prepare(folder, for: [entry], targets: [file])
    defer { observer.progress("predict", 1, 1) }
    return outcome(of: entry, at: file, in: folder)
  }

  /// Makes the folder, and refuses what would fail or do harm after hours of computing.
  private func prepare(
    _ folder: String, for cases: [Case], targets: [String]
  ) throws(WorkspaceError) {
    try makeFolder(folder)
    guard isWritableFolder(folder) else {
      throw .unwritable(path: folder, reason: "no permission to write in this folder")
    }
    removeAbandonedFiles(in: folder)
    let images = Set(cases.flatMap(\.images).map(absolute))
    for target in targets where images.contains(absolute(target)) {
      throw .input(
        path: target,
        problem: "is an image to segment, and its mask would have the same name; "
          + "write the masks to another folder")
    }
  }

  private func outcome(of entry: Case, at target: String, in folder: String) -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    if keepsMasks, ExistingMask.isWhole(target, of: entry, labels: model.description.labels),
      !savesProbabilities || hasProbabilities(entry, in: folder)
    {
      return Outcome(id: entry.id, output: target, problem: nil, isKept: true, seconds: 0)
    }
    var problem: String?
    do throws(WorkspaceError) { try segment(entry, to: target, in: folder) } catch {
      problem = error.description
      observer.message("case \(entry.id) failed: \(error.description)")
    }
    return Outcome(
      id: entry.id, output: problem == nil ? target : nil, problem: problem, isKept: false,
      seconds: (clock.now - start) / .seconds(1))
  }

  private func target(_ entry: Case, in folder: String) -> String {
    "\(folder)/\(entry.id)\(model.description.fileEnding ?? ".nii.gz")"
  }

  private func segment(
    _ entry: Case, to target: String, in folder: String
  ) throws(WorkspaceError) {
    let images: CaseImages
    do throws(DatasetError) { images = try CaseImages(of: entry) } catch { throw .dataset(error) }
    let mask =
      members.count > 1 || savesProbabilities
      ? try average(images, of: entry, in: folder) : try segment(images, of: entry)
    if !savesProbabilities, target == self.target(entry, in: folder) {
      do throws(InferenceError) { try ProbabilityMaps.removeSaved(entry.id, in: folder) } catch {
        throw .inference(error)
      }
    }
    // The mask last: where it is, everything is.
    do throws(VolumeFileError) { try mask.write(to: target) } catch { throw .volume(error) }
  }

  private func segment(
    _ images: CaseImages, of entry: Case
  ) throws(WorkspaceError) -> LabelMap {
    let previous = try previousMask(for: members[0], images, entry)
    do throws(InferenceError) {
      return try members[0].predictor.segment(images, refining: previous, id: entry.id)
    } catch {
      throw .inference(error)
    }
  }

  /// The mask that a member refines, if it is the second stage of a cascade.
  private func previousMask(
    for member: Member, _ images: CaseImages, _ entry: Case
  ) throws(WorkspaceError) -> LabelMap? {
    try member.previousStage.map { (stage) throws(WorkspaceError) in
      try stage.mask(of: images, entry, ending: model.description.fileEnding ?? ".nii.gz")
    }
  }

  /// Whether the probabilities of a case are there, of the model's classes on the image's grid.
  private func hasProbabilities(_ entry: Case, in folder: String) -> Bool {
    guard let image = entry.images.first, let header = try? VolumeHeader(contentsOf: image),
      exists("\(folder)/\(entry.id).pkl"),
      let archive = try? NumPyArrayReader(
        "\(folder)/\(entry.id).npz", array: ProbabilityMaps.arrayName)
    else { return false }
    let shape = header.geometry.extent.shape
    return archive.shape
      == [model.description.labels.heads.count, shape.depth, shape.height, shape.width]
  }

  /// Adds up the models' probabilities, saves them if asked, and decides every voxel.
  private func average(
    _ images: CaseImages, of entry: Case, in folder: String
  ) throws(WorkspaceError) -> LabelMap {
    let previous = try members.map { (member) throws(WorkspaceError) in
      try previousMask(for: member, images, entry)
    }
    let heads = model.description.labels.heads
    let maps: ProbabilityMaps
    var segmented: [Predictor.SegmentedCase] = []
    do throws(InferenceError) {
      maps = try ProbabilityMaps(classes: heads.count, shape: images.shape, in: folder)
      for (member, mask) in zip(members, previous) {
        segmented.append(
          try member.predictor.segment(images, adding: maps, refining: mask, id: entry.id))
      }
    } catch {
      throw .inference(error)
    }
    if members.count > 1 { maps.divide(by: members.count) }
    if savesProbabilities {
      let properties = PredictionProperties(
        geometry: images.geometry, properties: segmented[0].properties,
        reader: model.description.imageReaderName)
      do throws(InferenceError) {
        try maps.write(to: folder, as: entry.id, with: properties)
      } catch {
        throw .inference(error)
      }
    }
    // One model's mask is the same whether probabilities are saved or not.
    if members.count == 1 { return segmented[0].mask }
    return LabelMap(labels: maps.labels(heads).elements, geometry: images.geometry)
  }
}
