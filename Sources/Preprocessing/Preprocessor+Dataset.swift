public import Datasets
import FoundationEssentials
import Parallelism
import Planning
import Resampling
import Synchronization
import VolumeFiles
import Volumes

extension Preprocessor {
  /// Preprocesses the labelled cases of a dataset into a folder; cases that are there and up to date are left alone.
  ///
  /// Several cases are worked on at once, as many as half of the free memory holds.
  ///
  /// - Parameters:
  ///   - dataset: The dataset.
  ///   - folder: The folder, made if it does not exist.
  ///   - progress: Called with the number of finished cases, from any thread.
  /// - Returns: The store.
  /// - Throws: The first ``PreprocessingError`` in the order of the cases; finished cases stay.
  public func run(
    on dataset: Dataset, into folder: String,
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(PreprocessingError) -> CaseStore {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder, reason: "the folder cannot be made")
    }
    let store = CaseStore(folder)
    let sampling = ClassLocationSampling(dataset.description.labels)
    let state = Mutex((done: 0, failure: (index: Int, error: PreprocessingError)?.none))
    let cases = dataset.cases.filter { $0.labels != nil }
    let next = Atomic<Int>(0)
    parallelFor(min(cases.count, workers(for: cases))) { _ in
      while state.withLock({ $0.failure == nil }) {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < cases.count else { return }
        do throws(PreprocessingError) {
          try preprocess(cases[index], sampling: sampling, into: store)
          let done = state.withLock { state in
            state.done += 1
            return state.done
          }
          progress(done, cases.count)
        } catch {
          state.withLock { state in
            if index < state.failure?.index ?? Int.max { state.failure = (index, error) }
          }
        }
      }
    }
    if let failure = state.withLock({ $0.failure }) { throw failure.error }
    return store
  }

  /// Preprocesses one labelled case into a store unless it is there and up to date.
  private func preprocess(
    _ entry: Case, sampling: ClassLocationSampling, into store: CaseStore
  ) throws(PreprocessingError) {
    let stamp = CaseStamp(self, sampling: sampling).text(for: entry)
    if store.stamp(of: entry.id) == stamp { return }
    let images: CaseImages
    let labels: VoxelArray<LabelMap.Label>
    do throws(DatasetError) {
      images = try CaseImages(of: entry)
      labels = try images.labels(of: entry)
    } catch {
      throw .dataset(error)
    }
    let prepared = try preprocess(images, labels: labels, id: entry.id)
    let locations = prepared.labels.map(sampling.locations(in:)) ?? []
    try store.write(prepared, as: entry.id, locations: locations, stamp: stamp)
  }

  /// How many cases fit into half of the free memory, at most one per thread.
  private func workers(for cases: [Case]) -> Int {
    var largest = 0
    for entry in cases {
      guard let path = entry.images.first, let header = try? VolumeHeader(contentsOf: path) else {
        continue
      }
      let shape = header.geometry.extent.shape
      let spacing = spacingChange(
        from: [
          header.geometry.spacing.z, header.geometry.spacing.y, header.geometry.spacing.x,
        ])
      let target = resampledShape(
        shape.transposed(by: plan.transposeForward), from: spacing.current, to: spacing.new)
      // The channels as read, transposed, cropped and resampled, and as many bytes again for labels and working memory.
      let channels = configuration.normalizationSchemes.count
      largest = max(largest, (shape.count * 3 + target.count) * 4 * (channels + 1))
    }
    guard let available = SystemMemory.available, largest > 0 else { return 1 }
    return max(1, min(ThreadBudget.threads, available / 2 / largest))
  }
}
