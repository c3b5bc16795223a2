public import Datasets
import FoundationEssentials
public import Networks
import Parallelism
public import Planning

/// A trained model: `plans.json`, `dataset.json` and a folder of checkpoints per fold.
///
/// ```
/// models/3d_fullres/plans.json
/// models/3d_fullres/dataset.json
/// models/3d_fullres/fold_0/checkpoint_final.safetensors
/// ```
///
/// The folder in which nnU-Net v2 leaves a trained model is one as well: `checkpoint_final.pth` is read where there is no
/// `checkpoint_final.safetensors`.
public struct ModelFolder: Sendable {
  /// Which weights of a fold.
  public enum Checkpoint: String, Sendable, CaseIterable {
    /// Those at the end of training.
    case final
    /// Those with the best running Dice on the validation patches.
    case best
    /// Those saved last while training goes on.
    case latest

    /// The name of the file in a fold's folder.
    public var fileName: String { "checkpoint_\(rawValue).safetensors" }

    /// The name of nnU-Net's file.
    public var nnUNetFileName: String { "checkpoint_\(rawValue).pth" }
  }

  /// The folder.
  public let path: String
  /// The plan.
  public let plan: SegmentationPlan
  /// The dataset's channels and labels.
  public let description: DatasetDescription

  /// Opens a model's folder.
  ///
  /// - Throws: ``InferenceError`` if plans or dataset description are missing or damaged.
  public init(_ path: String) throws(InferenceError) {
    self.path = path
    guard FileManager.default.fileExists(atPath: "\(path)/plans.json") else {
      throw .model(
        path: path, problem: "it holds no plans.json; give the folder of a trained configuration")
    }
    do throws(PlanningError) {
      plan = try SegmentationPlan(contentsOf: "\(path)/plans.json")
    } catch {
      throw .planning(error)
    }
    do throws(DatasetError) {
      description = try DatasetDescription(contentsOf: "\(path)/dataset.json")
    } catch {
      throw .dataset(error)
    }
  }

  /// The folder of a fold.
  public static func fold(_ fold: Fold, in model: String) -> String { "\(model)/fold_\(fold)" }

  /// The folds that have a checkpoint of a kind, in order.
  public func folds(with checkpoint: Checkpoint) -> [Fold] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let found = names.filter { $0.hasPrefix("fold_") }.compactMap { Fold(String($0.dropFirst(5))) }
    return found.sorted { Self.number($0) < Self.number($1) }.filter {
      FileManager.default.fileExists(atPath: file(of: $0, checkpoint))
    }
  }

  /// The file of a fold's weights: this program's, or nnU-Net's where there is only that.
  package func file(of fold: Fold, _ checkpoint: Checkpoint) -> String {
    let own = "\(Self.fold(fold, in: path))/\(checkpoint.fileName)"
    let other = "\(Self.fold(fold, in: path))/\(checkpoint.nnUNetFileName)"
    let manager = FileManager.default
    return !manager.fileExists(atPath: own) && manager.fileExists(atPath: other) ? other : own
  }

  /// The place of a fold in the order, `all` being last.
  private static func number(_ fold: Fold) -> Int {
    if case .number(let number) = fold { number } else { .max }
  }

  /// Reads the weights of a fold.
  ///
  /// - Throws: ``InferenceError/model(path:problem:)`` if they are missing, damaged or of another network.
  public func weights(
    of fold: Fold, _ checkpoint: Checkpoint
  ) throws(InferenceError) -> TrainedWeights {
    let trained = folds(with: checkpoint)
    guard trained.contains(fold) else {
      throw .model(
        path: path,
        problem: "fold \(fold) has no \(checkpoint.fileName); "
          + (trained.isEmpty
            ? "nor has another; train it first, or choose another checkpoint"
            : "choose of \(trained.map(\.description).joined(separator: ", "))"))
    }
    return try TrainedWeights(
      contentsOf: file(of: fold, checkpoint), plan: plan, description: description)
  }
}

/// The weights of one fold in their network.
public struct TrainedWeights {
  /// The name of the configuration they were trained for.
  public let configurationName: String
  /// That configuration of the plan.
  public let configuration: Configuration
  /// The axes along which training mirrored patches.
  public let mirrorAxes: [Int]
  /// The network.
  public let network: UNet

  /// Reads a checkpoint.
  ///
  /// - Parameters:
  ///   - path: A checkpoint, or nnU-Net's if its name ends in `.pth`.
  ///   - plan: The plan it was trained with.
  ///   - description: The dataset it was trained on.
  /// - Throws: ``InferenceError`` if the file is damaged or does not fit the plan.
  public init(
    contentsOf path: String, plan: SegmentationPlan, description: DatasetDescription
  ) throws(InferenceError) {
    let file = try WeightFile(contentsOf: path)
    let (name, axes) = (file.configurationName, file.mirrorAxes)
    let configuration: Configuration
    do throws(PlanningError) { configuration = try plan.configuration(name) } catch {
      throw .planning(error)
    }
    if let trained = file.planDigest, trained != plan.digest(of: configuration) {
      throw .model(
        path: path,
        problem: "plans.json was changed after it was trained; put the old one back, or train again"
      )
    }
    guard Set(axes).count == axes.count, axes.allSatisfy((0..<configuration.dimensions).contains)
    else {
      throw .model(
        path: path,
        problem: "its mirrored axes \(axes) are not among the \(configuration.dimensions) of its "
          + "patch")
    }
    let architecture = UNetArchitecture(configuration, labels: description.labels)
    if let defect = architecture.defect { throw .model(path: path, problem: defect) }
    try Self.checkMemory(for: architecture, path: path, available: SystemMemory.available)
    let network = UNet(architecture)
    try file.load(into: network)
    configurationName = name
    self.configuration = configuration
    mirrorAxes = axes
    self.network = network
  }

  /// Refuses a network that does not fit into memory, before it is allocated.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - path: The checkpoint, for the message.
  ///   - available: Bytes of free memory, or nil where the system does not say.
  /// - Throws: ``InferenceError/networkMemory(path:neededBytes:availableBytes:)``.
  package static func checkMemory(
    for architecture: UNetArchitecture, path: String, available: Int?
  ) throws(InferenceError) {
    // The weights, and the form in which oneDNN wants them.
    let needed = architecture.weightCount * 4 * 2
    guard let available, needed >= Double(available) else { return }
    throw .networkMemory(
      path: path, neededBytes: Int(min(needed, 0x1p62)), availableBytes: available)
  }
}
