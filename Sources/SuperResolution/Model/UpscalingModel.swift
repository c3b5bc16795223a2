internal import FoundationEssentials
internal import JSONDocuments
internal import Networks
internal import PresetFiles
internal import Safetensors
public import Tensors
internal import Volumes

/// A trained network that raises the resolution, with what it was trained for.
public struct UpscalingModel {
  /// How it was trained.
  public let settings: UpscalingSettings
  /// What it was trained on.
  public let statistics: UpscalingStatistics
  /// The last stage of its training.
  public let stage: UpscalingRecord.Stage
  let generator: Generator
  let device: Device

  /// Reads a model.
  ///
  /// - Parameters:
  ///   - path: The folder of a training, or a file in it.
  ///   - stage: Which of the folder's models; nil takes the adversarial one if it is there.
  ///   - precision: The number format of activations; nil takes the fastest.
  /// - Throws: ``UpscalingError``.
  public init(
    contentsOf path: String, stage: UpscalingRecord.Stage? = nil, precision: Precision? = nil
  ) throws(UpscalingError) {
    let file = try Self.file(path, stage)
    let content: SafetensorsFile
    do throws(SafetensorsError) { content = try SafetensorsFile(contentsOf: file) } catch {
      throw .model(path: file, problem: error.description)
    }
    guard let document = content.metadata["upscaling"].flatMap({ try? JSONValue(parsing: $0) }),
      let statistics = document["statistics"].flatMap({ UpscalingStatistics($0) }),
      let trained = document["stage"]?.string.flatMap(UpscalingRecord.Stage.init(rawValue:)),
      let fields = document["settings"]
    else {
      throw .model(
        path: file, problem: "is no super-resolution model: its metadata are missing or damaged")
    }
    do throws(PresetError) {
      settings = try UpscalingSettings(fields, from: file)
    } catch {
      throw .model(path: file, problem: error.description)
    }
    self.statistics = statistics
    self.stage = trained
    do throws(TensorError) { device = try Device(precision: precision) } catch {
      throw .tensors(error)
    }
    generator = Generator(settings.architecture)
    do throws(StateDictionaryError) {
      try generator.load { name in
        guard let tensor = try? content.tensor(named: name), let values = try? content.floats(name)
        else { return nil }
        return (tensor.shape, values)
      }
    } catch {
      throw .model(path: file, problem: error.description)
    }
  }

  /// Reads a model between both stages of a training: its weights are weighted means of theirs.
  ///
  /// - Parameters:
  ///   - folder: The folder of a training.
  ///   - adversarialShare: From 0, the first stage's model, to 1, the adversarial one.
  ///   - precision: The number format of activations; nil takes the fastest.
  /// - Throws: ``UpscalingError``.
  /// - Source: Wang et al., ECCV workshops 2018, arXiv:1809.00219 (network interpolation).
  public init(
    contentsOf folder: String, adversarialShare: Double, precision: Precision? = nil
  ) throws(UpscalingError) {
    precondition(0...1 ~= adversarialShare, "a share of \(adversarialShare)")
    try self.init(contentsOf: folder, stage: .adversarial, precision: precision)
    let other = try UpscalingModel(
      contentsOf: folder, stage: .reconstruction, precision: precision)
    guard other.settings == settings else {
      throw .model(path: folder, problem: "holds models of two different trainings")
    }
    let share = Float(adversarialShare)
    for (mine, first) in zip(generator.parameters, other.generator.parameters) {
      mine.values = zip(mine.values, first.values).map { share * $0 + (1 - share) * $1 }
    }
  }

  private static func file(
    _ path: String, _ stage: UpscalingRecord.Stage?
  ) throws(UpscalingError) -> String {
    if path.hasSuffix(".safetensors") { return path }
    let wanted = stage.map { [$0] } ?? [.adversarial, .reconstruction]
    let files = wanted.map { UpscalingFolder.model($0, in: path) }
    guard let file = files.first(where: FileManager.default.fileExists) else {
      throw .model(
        path: path,
        problem:
          "holds no \(wanted.map { "model_\($0.rawValue).safetensors" }.joined(separator: " or ")); "
          + "give the folder of a finished `upscale train`")
    }
    return file
  }
}
