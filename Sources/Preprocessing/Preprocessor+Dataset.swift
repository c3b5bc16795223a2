public import Datasets
import FileOutput
import Parallelism
import Planning
import Resampling
import Synchronization
import VolumeFiles
package import Volumes

extension Preprocessor {
  /// Preprocesses the labelled cases of a dataset into a folder; cases that are there and up to
  /// date are left alone.
  ///
  /// Several cases are worked on at once, as many as half of the free memory holds, each on its share
  /// of the threads.
  ///
  /// - Parameters:
  ///   - dataset: The dataset.
  ///   - folder: The folder, made if it does not exist.
  ///   - progress: Called with the number of finished cases, from any thread.
  /// - Returns: The store.
  /// - Throws: The first ``PreprocessingError`` in the order of the cases; finished cases stay.
  public func run(
    on dataset: Dataset, into folder: String,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(PreprocessingError) -> CaseStore {
    let store = CaseStore(folder)
    try store.makeFolder()
    removeAbandonedFiles(in: folder)
    let sampling = ClassLocationSampling(dataset.description.labels)
    let stamp = CaseStamp(self, sampling: sampling)
    let cases = dataset.cases.filter { $0.labels != nil }
    let finished = Progress { progress($0, cases.count) }
    let failure = Mutex((index: Int, error: PreprocessingError)?.none)
    let next = Atomic<Int>(0)
    parallelTeams(min(cases.count, workers(for: cases))) { _ in
      // Cases are taken in order, and those taken are finished: the first failure is always the
      // same.
      while failure.withLock({ $0 == nil }) {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < cases.count else { return }
        do throws(PreprocessingError) {
          try preprocess(cases[index], stamp.text(for: cases[index]), sampling, into: store)
          finished.advance()
        } catch {
          failure.withLock { if index < $0?.index ?? Int.max { $0 = (index, error) } }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    return store
  }

  /// Preprocesses one labelled case into a store unless it is there and up to date.
  private func preprocess(
    _ entry: Case, _ stamp: String, _ sampling: ClassLocationSampling, into store: CaseStore
  ) throws(PreprocessingError) {
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

  /// How many cases are worked on at once.
  private func workers(for cases: [Case]) -> Int {
    let largest = cases.lazy.compactMap { entry -> Int? in
      guard let path = entry.images.first, let header = try? VolumeHeader(contentsOf: path) else {
        return nil
      }
      let spacing = header.geometry.spacing
      return byteCount(
        ofCase: header.geometry.extent.shape, spacing: [spacing.z, spacing.y, spacing.x])
    }.max()
    return Self.workerCount(
      forCasesOf: largest ?? 0, available: SystemMemory.available, threads: ThreadBudget.threads)
  }

  /// Bytes that preprocessing one case takes at most: its channels as read, two of them on the way,
  /// the results; labels and masks.
  ///
  /// - Parameters:
  ///   - shape: Extent of the image (z, y, x).
  ///   - spacing: Its spacing in mm (z, y, x).
  /// - Returns: The bytes, or the largest number where they cannot be counted.
  package func byteCount(ofCase shape: Shape3, spacing: [Double]) -> Int {
    let change = spacingChange(from: spacing)
    let growth = (0..<3).reduce(1.0) { $0 * change.current[$1] / change.new[$1] }
    let channels = Double(configuration.normalizationSchemes.count)
    let voxels = Double(shape.count)
    let bytes = voxels * (4 * (channels + 2) + 8) + voxels * growth * (4 * channels + 8)
    return bytes < Double(Int.max) ? Int(bytes) : Int.max
  }

  /// How many cases of so many bytes half of the free memory holds, at most one per thread and at
  /// least one.
  ///
  /// - Parameters:
  ///   - byteCount: Bytes of the largest case, as ``byteCount(ofCase:spacing:)`` says; 0 if
  ///     unknown.
  ///   - available: Bytes of free memory, or nil where the system does not say.
  ///   - threads: Threads there are.
  /// - Returns: The number; 1 where something is unknown.
  package static func workerCount(
    forCasesOf byteCount: Int, available: Int?, threads: Int
  ) -> Int {
    guard let available, byteCount > 0 else { return 1 }
    return max(1, min(threads, available / 2 / byteCount))
  }
}
