public import Datasets
import Parallelism
import Volumes

extension Fingerprint {
  /// How a fingerprint is taken.
  public struct Settings: Sendable {
    /// Voxels drawn per channel over all cases, the same number from each.
    public var draws = 100_000_000
    /// Seed of the draws, the same for every case.
    public var seed: UInt32 = 1234
    /// Called after each case with the number of cases done, from one thread at a time.
    public var progress: @Sendable (Int) -> Void = { _ in }

    /// nnU-Net's settings.
    public init() {}

    /// Distinct intensities kept per case and channel; beyond them values are rounded.
    static let distinctPerCase = 1 << 19
    /// Distinct intensities kept per channel.
    static let distinctPerDataset = 1 << 23
    /// Cases measured before their intensities are united.
    static let batch = 32
  }

  /// Takes the fingerprint of a dataset, reading every case once.
  ///
  /// From every case the same number of labelled voxels is drawn with replacement, by the
  /// reference's generator and in its order, so that the sample is the same. Sums are taken in
  /// double precision and rounded to single, where the reference sums in single precision: mean and
  /// standard deviation may differ in the seventh digit.
  ///
  /// - Parameters:
  ///   - dataset: The dataset; every case must have labels.
  ///   - settings: Size and seed of the sample, progress.
  /// - Throws: ``PlanningError/dataset(_:)`` for a case that cannot be read,
  ///   ``PlanningError/noForeground(dataset:)``.
  /// - Complexity: One case per thread in memory, and at most 200 MB of intensities.
  /// - Source: nnU-Net 2.8.1's `fingerprint_extractor.py`.
  public init(
    of dataset: Dataset, settings: Settings = Settings()
  ) throws(PlanningError) {
    let draws = settings.draws / max(1, dataset.cases.count)
    let progress = Progress(report: settings.progress)
    var shapes: [[Int]] = []
    var spacings: [[Double]] = []
    var relativeSizes: [Double] = []
    var samples = dataset.description.channelNames.map { _ in IntensitySample() }
    // Batches bound the memory; their size does not depend on the threads, and neither does the
    // result.
    for start in stride(from: 0, to: dataset.cases.count, by: Settings.batch) {
      let batch = dataset.cases[start..<min(start + Settings.batch, dataset.cases.count)]
      let outcomes = parallelMap(batch.count) { index -> Result<CaseMeasurement, DatasetError> in
        defer { progress.advance() }
        do throws(DatasetError) {
          return .success(
            try CaseMeasurement(
              of: batch[start + index], channels: samples.count, draws: draws, seed: settings.seed))
        } catch { return .failure(error) }
      }
      for outcome in outcomes {
        let measurement: CaseMeasurement
        do throws(DatasetError) { measurement = try outcome.get() } catch { throw .dataset(error) }
        shapes.append(measurement.shape.lengths)
        spacings.append(measurement.spacing)
        relativeSizes.append(measurement.relativeSize)
        for (channel, sample) in measurement.samples.enumerated() {
          samples[channel].add(sample, limit: Settings.distinctPerDataset)
        }
      }
    }
    guard samples.allSatisfy({ $0.total > 0 }) else { throw .noForeground(dataset: dataset.name) }
    self.init(
      shapesAfterCrop: shapes, spacings: spacings,
      foregroundIntensities: samples.map(IntensityStatistics.init),
      medianRelativeSizeAfterCropping: OrderStatistics.median(relativeSizes))
  }
}

/// What a fingerprint needs of one case.
struct CaseMeasurement {
  let shape: Shape3
  let spacing: [Double]
  let relativeSize: Double
  let samples: [IntensitySample]

  init(of entry: Case, channels: Int, draws: Int, seed: UInt32) throws(DatasetError) {
    let images = try CaseImages(of: entry)
    guard images.channels.count == channels else {
      throw .channelCount(id: entry.id, expected: channels, found: images.channels.count)
    }
    let labels = try images.labels(of: entry)
    let box = NonzeroRegion.box(of: images.channels)
    shape = box.shape
    spacing = images.spacing
    relativeSize = Double(box.shape.count) / Double(images.shape.count)
    let foreground = labels.cropped(to: box).elements
    var words = WordSource(seed: seed)
    var samples: [IntensitySample] = []
    for channel in images.channels {
      let values = zip(channel.cropped(to: box).elements, foreground)
        .compactMap { $1 > 0 ? $0 : nil }
      guard values.allSatisfy(\.isFinite) else {
        throw .unreadableCase(
          id: entry.id,
          problem: "labelled voxels are NaN or infinite; replace them by a meaningful value")
      }
      samples.append(
        IntensitySample(
          from: values, draws: draws, words: &words,
          limit: Fingerprint.Settings.distinctPerCase))
    }
    self.samples = samples
  }
}

extension IntensityStatistics {
  init(_ sample: IntensitySample) {
    let percentiles = sample.percentiles([0.5, 50, 99.5])
    // The reference's sums are single precision; rounded to that, ours are the same in its files.
    self.init(
      mean: Double(Float(sample.mean)), median: percentiles[1],
      standardDeviation: Double(Float(sample.standardDeviation)),
      range: Double(sample.minimum)...Double(sample.maximum),
      percentiles: percentiles[0]...percentiles[2])
  }
}
