import Datasets
import Inference

extension ModelFolder {
  /// Opens a model's folder.
  static func opened(_ path: String) throws(ModelExchangeError) -> ModelFolder {
    do throws(InferenceError) { return try ModelFolder(path) } catch { throw .model(error) }
  }

  /// The weights of a fold; nil takes the first that has the checkpoint.
  func weights(
    ofFirst fold: Fold?, _ checkpoint: Checkpoint
  ) throws(ModelExchangeError) -> TrainedWeights {
    guard let chosen = fold ?? folds(with: checkpoint).first else {
      throw .model(
        .model(path: path, problem: "no fold has a \(checkpoint.fileName); train it first"))
    }
    do throws(InferenceError) { return try weights(of: chosen, checkpoint) } catch {
      throw .model(error)
    }
  }
}
