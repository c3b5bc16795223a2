internal import FileOutput
internal import JSONDocuments
internal import Safetensors
public import Tensors
public import Volumes

extension UpscalingTraining {
  /// An image of high resolution to learn from.
  public struct Image: Sendable {
    /// Its name, for errors.
    public var path: String
    /// Its voxels.
    public var volume: Volume<Float>

    /// An image.
    public init(path: String, volume: Volume<Float>) {
      (self.path, self.volume) = (path, volume)
    }
  }

  /// Where a run begins.
  public enum Start: Sendable {
    /// With random weights; what an earlier run left in the folder is replaced.
    case afresh
    /// Where the run in the folder was stopped, or afresh if there is none.
    case resume
  }

  /// Learns from images, and writes models and checkpoints into a folder.
  ///
  /// - Parameters:
  ///   - images: Images of high resolution.
  ///   - settings: The settings.
  ///   - seed: Decides every random choice.
  ///   - perceptualLoss: What the adversarial stage learns from besides, if anything.
  ///   - precision: The number format of activations; nil takes the fastest.
  ///   - folder: A folder, made if it does not exist.
  ///   - start: Where to begin.
  ///   - observer: Follows the run.
  /// - Returns: How it ended.
  /// - Throws: ``UpscalingError``.
  public static func run(
    on images: [Image], settings: UpscalingSettings, seed: UInt64,
    perceptualLoss: PerceptualLoss? = nil, precision: Precision? = nil,
    into folder: String, start: Start = .afresh, observer: Observer = Observer()
  ) throws(UpscalingError) -> Outcome {
    var arrays: [VoxelArray<Float>] = []
    for image in images { arrays.append(try normalised(image, settings)) }
    guard !arrays.isEmpty else {
      throw .image(path: folder, problem: "there are no images to learn from")
    }
    let statistics = UpscalingStatistics(
      zip(images, arrays).map { ($0.volume.geometry.spacing, $1.elements) })
    do throws(FileOutputError) { try createFolder(folder) } catch {
      throw .unwritable(path: folder, reason: error.description)
    }
    guard isWritableFolder(folder) else {
      throw .unwritable(path: folder, reason: "no permission to write in this folder")
    }
    removeAbandonedFiles(in: folder)
    let run = try UpscalingTraining(
      arrays, settings: settings, seed: seed, perceptualLoss: perceptualLoss, precision: precision)
    let files = UpscalingFolder(path: folder)
    let identity = run.identity(of: images.map(\.path), arrays)
    if start == .resume, files.hasCheckpoint { try files.load(into: run, identity: identity) }
    let clock = ContinuousClock()
    var lastSave = clock.now
    let outcome = try run.run(observer) { (stage) throws(UpscalingError) in
      try files.saveModel(of: run, stage, statistics: statistics)
      try files.save(run, identity: identity)
      lastSave = clock.now
    } save: { () throws(UpscalingError) in
      guard clock.now - lastSave > observer.saveInterval else { return }
      try files.save(run, identity: identity)
      lastSave = clock.now
    }
    if outcome == .interrupted { try files.save(run, identity: identity) }
    return outcome
  }

  /// An image on the scale of training, if it can be learnt from.
  private static func normalised(
    _ image: Image, _ settings: UpscalingSettings
  ) throws(UpscalingError) -> VoxelArray<Float> {
    func refused(_ problem: String) -> UpscalingError {
      .image(path: image.path, problem: problem)
    }
    let voxels = image.volume.voxels
    guard voxels.allSatisfy(\.isFinite) else {
      throw refused("holds NaN or infinite voxels; replace them by a meaningful value such as 0")
    }
    guard let scale = IntensityScale(voxels) else {
      throw refused("all voxels have the same intensity, there is nothing to learn from")
    }
    let shape = image.volume.extent.shape
    for axis in 0..<3
    where Double(shape[axis]) < max(2 * settings.factors[axis], Double(settings.patch[axis] / 4)) {
      throw refused(
        "is too small: \(image.volume.extent) voxels, patches have \(settings.patch.extent); "
          + "leave it out, or choose smaller patches")
    }
    return VoxelArray(shape: shape, elements: scale.normalised(voxels))
  }

  /// What must be the same for a run to go on bit for bit.
  private func identity(of names: [String], _ images: [VoxelArray<Float>]) -> String {
    var digest = ByteDigest()
    for image in images { image.elements.withUnsafeBytes { digest.add($0) } }
    return "\(settings.document.text(.compact)) seed \(seed) \(device.precision.rawValue) "
      + "\(names.count) images \(digest.text)"
      + (perceptualLoss.map { " as seen by \($0.digest)" } ?? "")
  }
}
