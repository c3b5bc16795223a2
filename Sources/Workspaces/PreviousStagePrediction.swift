public import Datasets
import FoundationEssentials
public import Inference
import Planning
import Preprocessing
import Volumes

/// Where the second stage of a cascade gets the masks that it refines.
public enum PreviousStagePrediction {
  /// From files, one per case, named as the masks of a prediction are.
  case masks(folder: String)
  /// From the first stage's networks, case by case.
  case networks(Predictor)

  /// What a predictor needs before it; nil for one without a previous stage.
  ///
  /// The first stage's model is the folder beside the second one's whose name ends in the first stage's configuration instead of the
  /// second's: `models/3d_lowres` beside `models/3d_cascade_fullres`. Its folds are those of the second stage, or all that are trained if
  /// it lacks one of these.
  ///
  /// - Parameters:
  ///   - predictor: The second stage, or any other predictor.
  ///   - model: Its model.
  ///   - masks: A folder of the first stage's masks, or nil to make them.
  ///   - folds: The second stage's folds; nil for all.
  ///   - checkpoint: Which weights.
  ///   - settings: Mirroring, step, precision.
  /// - Throws: ``WorkspaceError`` if there is no such model, or it has other labels.
  public init?(
    before predictor: Predictor, of model: ModelFolder, masks: String?, folds: [Fold]?,
    checkpoint: ModelFolder.Checkpoint, settings: Predictor.Settings
  ) throws(WorkspaceError) {
    let name = predictor.preprocessor.configurationName
    guard let previous = predictor.preprocessor.configuration.previousStage else {
      guard let masks else { return nil }
      throw .input(
        path: masks,
        problem:
          "the model's configuration \(name) has no previous stage; leave --previous-stage out")
    }
    if let masks {
      guard exists(masks) else {
        throw .input(path: masks, problem: "no such folder; check --previous-stage")
      }
      self = .masks(folder: masks)
      return
    }
    let first = try Self.model(previous, beside: model, of: name)
    do throws(InferenceError) {
      let trained = Set(first.folds(with: checkpoint))
      let chosen = folds.flatMap { trained.isSuperset(of: $0) ? $0 : nil }
      let networks = try Predictor(
        first, folds: chosen, checkpoint: checkpoint, settings: settings)
      guard networks.preprocessor.configuration.previousStage == nil else {
        throw InferenceError.model(
          path: first.path, problem: "it has a previous stage itself; a cascade has two stages")
      }
      self = .networks(networks)
    } catch {
      throw .inference(error)
    }
  }

  /// What a predictor of one fold needs before it to segment cases that neither stage's fold has learnt from; nil for one without a
  /// previous stage.
  ///
  /// - Parameters:
  ///   - predictor: The second stage's network of a fold, or any other predictor.
  ///   - model: Its model.
  ///   - fold: The fold, which must be trained in the first stage too.
  /// - Throws: ``WorkspaceError`` if there is no such model or fold.
  public init?(
    before predictor: Predictor, of model: ModelFolder, holdingOut fold: Fold
  ) throws(WorkspaceError) {
    let name = predictor.preprocessor.configurationName
    guard let previous = predictor.preprocessor.configuration.previousStage else { return nil }
    let first = try Self.model(previous, beside: model, of: name)
    guard first.folds(with: .final).contains(fold) else {
      throw .input(
        path: first.path,
        problem:
          "its fold \(fold) is not trained, whose masks fold \(fold) of \(name) refines; train it first"
      )
    }
    try self.init(
      before: predictor, of: model, masks: nil, folds: [fold], checkpoint: .final,
      settings: Predictor.Settings())
  }

  /// The model of the first stage, beside the second one's.
  private static func model(
    _ previous: String, beside model: ModelFolder, of name: String
  ) throws(WorkspaceError) -> ModelFolder {
    let path = absolute(model.path)
    guard path.hasSuffix(name), exists("\(path.dropLast(name.count))\(previous)/plans.json") else {
      throw .input(
        path: model.path,
        problem:
          "refines the masks of \(previous), and there is no model of \(previous) beside it; "
          + "predict with that one first, and give the folder of its masks with --previous-stage")
    }
    do throws(InferenceError) {
      let first = try ModelFolder("\(path.dropLast(name.count))\(previous)")
      guard first.description.labels == model.description.labels else {
        throw InferenceError.model(
          path: first.path, problem: "it was trained for other labels than \(model.path)")
      }
      return first
    } catch {
      throw .inference(error)
    }
  }

  /// The mask of a case.
  ///
  /// - Parameters:
  ///   - images: The channels of the case.
  ///   - entry: The case.
  ///   - ending: How the names of masks end.
  /// - Returns: The mask on the grid of the images.
  /// - Throws: ``WorkspaceError`` if there is none.
  func mask(
    of images: CaseImages, _ entry: Case, ending: String
  ) throws(WorkspaceError) -> LabelMap {
    switch self {
    case .masks(let folder):
      let path = "\(folder)/\(entry.id)\(ending)"
      guard exists(path) else {
        throw .input(path: path, problem: "no such file; it must hold the previous stage's mask")
      }
      do throws(DatasetError) {
        let labels = try images.labels(
          of: Case(id: entry.id, images: entry.images, labels: path))
        return LabelMap(labels: labels.elements, geometry: images.geometry)
      } catch {
        throw .dataset(error)
      }
    case .networks(let predictor):
      do throws(InferenceError) { return try predictor.segment(images, id: entry.id) } catch {
        throw .inference(error)
      }
    }
  }
}
