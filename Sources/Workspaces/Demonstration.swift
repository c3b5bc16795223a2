import Datasets
public import Evaluation
import FoundationEssentials
import Inference
import JSONDocuments
import Phantoms
import Planning
import Reports
public import Training
import VolumeFiles
import Volumes

/// The whole path on made-up patients: phantoms, training, masks, scores and pictures.
public struct Demonstration: Sendable {
  /// How much is trained.
  public enum Extent: Sendable {
    /// A few minutes on two cores: small cases, a small network.
    case quick
    /// A quarter of an hour: more and larger cases, larger patches, a longer training, better scores.
    case full
  }

  /// What the demonstration gives.
  public struct Result: Sendable {
    /// Scores per label and cohort.
    public let table: CohortTable
    /// Names of what was scored, for the table.
    public let names: [Structure: String]
    /// All scores.
    public let summary: EvaluationSummary
    /// Folder of the masks.
    public let predictions: String
    /// Folder of the pictures of masks on images.
    public let overlays: String
    /// The picture of the training's curves.
    public let curves: String
    /// Seconds of training.
    public let trainingSeconds: Double
  }

  /// How much is trained.
  public let extent: Extent
  /// Where everything goes.
  public let folder: String
  /// Told what is being done.
  public var observer: StepObserver

  /// A demonstration in a folder.
  public init(_ extent: Extent, in folder: String, observer: StepObserver = StepObserver()) {
    self.extent = extent
    self.folder = folder
    self.observer = observer
  }

  /// Trains on the home site's patients and scores on others of that site and of another one.
  ///
  /// - Parameter trainingObserver: Told about every step and epoch, and asked whether to stop.
  /// - Returns: Scores and pictures, or nil if it was asked to stop.
  /// - Throws: ``WorkspaceError``.
  public func run(
    observer trainingObserver: TrainingObserver = TrainingObserver()
  ) throws(WorkspaceError) -> Result? {
    let data = "\(folder)/dataset"
    // Somebody's own dataset of that name would lose its dataset.json.
    if let other = try? JSONValue(contentsOf: "\(data)/dataset.json"),
      other["name"]?.string != PhantomCohort.datasetName
    {
      throw .file(
        path: data, problem: "holds a dataset that is not a demonstration's; choose another folder")
    }
    let cohort = PhantomCohort(size: extent == .quick ? .quick : .full)
    observer.message("making \(cohort.members.count) phantom patients in \(data)")
    try makeFolder(folder)
    do throws(PhantomError) { try cohort.write(to: data) } catch { throw .phantom(error) }

    let workspace = Workspace("\(folder)/workspace", observer: observer)
    let dataset = try workspace.dataset(data)
    try plan(for: dataset, in: workspace)
    let clock = ContinuousClock()
    let start = clock.now
    switch try workspace.train(dataset, request, observer: trainingObserver) {
    case .interrupted: return nil
    case .finished: break
    }
    let seconds = (clock.now - start) / .seconds(1)

    let model = workspace.modelFolder(request.configuration)
    let predictions = "\(folder)/predictions"
    try segment(with: model, images: "\(data)/imagesTs", into: predictions)
    let summary = try evaluate(
      reference: "\(data)/labelsTs", prediction: predictions, dataset: dataset)
    let overlays = try draw(data: data, predictions: predictions)
    let cohorts: CohortList
    do throws(DatasetError) { cohorts = try CohortList(contentsOf: "\(data)/cohorts.csv") } catch {
      throw .dataset(error)
    }
    return Result(
      table: CohortTable(summary, cohorts: cohorts.cohorts),
      names: dataset.description.labels.structureNames, summary: summary,
      predictions: predictions, overlays: overlays,
      curves: "\(ModelFolder.fold(request.fold, in: model))/progress.png",
      trainingSeconds: seconds)
  }

  /// Plans as nnU-Net does, but for a network of half the width, which learns in minutes on two cores.
  private func plan(
    for dataset: Dataset, in workspace: Workspace
  ) throws(WorkspaceError) {
    let fingerprint = try workspace.fingerprint(of: dataset)
    do throws(PlanningError) {
      var preset = PlannerPreset.default
      preset.firstFeatures = 16
      preset.mostFeatures = PlannerPreset.PerDimension(two: 128, three: 128)
      preset.targetMemory = extent == .quick ? 1 : 2
      try Planner(preset: preset).plan(for: fingerprint, of: dataset).write(to: workspace.planPath)
    } catch {
      throw .planning(error)
    }
  }

  /// What is trained.
  public var request: TrainingRequest {
    var request = TrainingRequest()
    switch extent {
    case .quick:
      request.settings.epochs = 38
      request.settings.iterationsPerEpoch = 20
      request.settings.validationIterations = 2
    case .full:
      request.settings.epochs = 50
      request.settings.iterationsPerEpoch = 25
      request.settings.validationIterations = 3
    }
    return request
  }

  private func segment(
    with model: String, images: String, into folder: String
  ) throws(WorkspaceError) {
    observer.message("segmenting the test patients")
    let trained: ModelFolder
    let predictor: Predictor
    do throws(InferenceError) {
      trained = try ModelFolder(model)
      predictor = try Predictor(trained)
    } catch {
      throw .inference(error)
    }
    let input = try PredictionInput([images], for: trained.description)
    let outcomes = try FolderPrediction(trained, with: predictor, observer: observer)
      .run(input.cases, into: folder)
    if let failed = outcomes.first(where: { $0.problem != nil }) {
      throw .input(path: failed.id, problem: failed.problem ?? "")
    }
  }

  private func evaluate(
    reference: String, prediction: String, dataset: Dataset
  ) throws(WorkspaceError) -> EvaluationSummary {
    do throws(EvaluationError) {
      let summary = try dataset.description.labels.evaluator.evaluate(
        EvaluationFolders(reference: reference, prediction: prediction)
      ) { try LabelMap(contentsOf: $0) }
      try summary.write(to: "\(folder)/summary.json")
      return summary
    } catch {
      throw .evaluation(error)
    }
  }

  private func draw(data: String, predictions: String) throws(WorkspaceError) -> String {
    let overlays = "\(folder)/overlays"
    observer.message("drawing the masks in \(overlays)")
    try makeFolder(overlays)
    var settings = Overlay.Settings()
    for (index, name) in PhantomCohort.labelNames.enumerated() {
      settings.labelNames[LabelMap.Label(index)] = name
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: predictions)) ?? []
    for name in names.sorted() where name.hasSuffix(".nii.gz") {
      let id = String(name.dropLast(7))
      do throws(VolumeFileError) {
        let overlay = Overlay(
          of: try Volume<Float>(contentsOf: "\(data)/imagesTs/\(id)_0001.nii.gz"),
          reference: try LabelMap(contentsOf: "\(data)/labelsTs/\(name)"),
          prediction: try LabelMap(contentsOf: "\(predictions)/\(name)"), title: id,
          settings: settings)
        do throws(ReportError) {
          try overlay.image.write(to: "\(overlays)/\(id).png")
        } catch {
          throw VolumeFileError.unreadable(path: "\(overlays)/\(id).png", reason: error.description)
        }
      } catch {
        throw .volume(error)
      }
    }
    return overlays
  }
}
