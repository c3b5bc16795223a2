import FileOutput
import JSONDocuments
import Parallelism
import VolumeFiles

/// Makes nnU-Net v2's folder of a dataset in another form: the Decathlon's 4-D images, a CSV table,
/// files listed in a `dataset.json`.
///
/// Files that are already as nnU-Net wants them are copied byte for byte. The volumes of a 4-D NIfTI
/// file are stored one by one, undecoded: voxels, scaling and orientation keep every bit. Only other
/// formats are decoded and written as NIfTI.
///
/// ```
/// Dataset004_Hippocampus/dataset.json  splits_final.json (where there are groups)
/// Dataset004_Hippocampus/imagesTr/CASE_0000.nii.gz  labelsTr/CASE.nii.gz
/// Dataset004_Hippocampus/imagesTs/CASE_0000.nii.gz
/// ```
public struct DatasetConversion: Sendable {
  /// What happens to files that need no change.
  public enum Files: Sendable, Equatable {
    /// They are copied.
    case copy
    /// The new folder gets symbolic links to them.
    case link
  }

  /// How to convert.
  public struct Settings: Sendable {
    /// The field `name` of the new `dataset.json`; nil keeps the old one, or takes the folder's.
    public var name: String?
    /// A CSV table with the columns `case` and `group`, in place of the groups of the dataset's own
    /// table.
    public var groups: String?
    /// What happens to files that need no change.
    public var files = Files.copy
    /// Values of the `$NAME`s in paths of a `dataset.json`.
    public var variables: [String: String] = [:]
    /// Called after each case with the numbers of cases done and in all, from one thread at a time.
    public var progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    /// Asked before every file; an answer of true ends the conversion and removes what was written.
    public var shouldStop: @Sendable () -> Bool = { false }

    /// Copies, with nothing chosen.
    public init() {}
  }

  /// What was made.
  public struct Outcome: Sendable, Equatable {
    /// Number of labelled cases.
    public var training = 0
    /// Number of cases in `imagesTs`.
    public var test = 0
    /// Files taken over as they are.
    public var unchanged = 0
    /// Files stored from NIfTI files without being decoded, one per volume.
    public var split = 0
    /// Files that were decoded and written anew.
    public var reencoded = 0
    /// Number of folds in `splits_final.json`; nil if there is none.
    public var folds: Int?
    /// Number of groups that stay together; 0 if nothing is known about groups.
    public var groups = 0
  }

  /// The dataset as it is, its cases carrying their groups.
  public let source: Dataset
  /// Cases without labels.
  public let tests: [Case]
  /// The folder to make.
  public let target: String
  /// How names of images and labels will end.
  public let fileEnding: String
  let settings: Settings

  /// Opens a dataset to convert it; no image is read.
  ///
  /// - Parameters:
  ///   - path: A folder with a `dataset.json`, or a CSV table.
  ///   - target: The folder to make, called `DatasetNNN_Name`.
  ///   - settings: How to convert.
  /// - Throws: ``DatasetError``.
  public init(
    of path: String, into target: String, settings: Settings = Settings()
  ) throws(DatasetError) {
    let target = FileName.withoutTrailingSlashes(target)
    guard Self.isDatasetName(FileName.last(of: target)) else {
      throw .conversion(
        path: target,
        problem: "is no name of a dataset; expected DatasetNNN_Name with three digits, such as "
          + "Dataset101_\(Self.shortName(of: path))")
    }
    if Folder.exists(target) { throw .conversion(FileOutputError.exists(path: target)) }
    var source = try Dataset(contentsOf: path, variables: settings.variables)
    if let groups = settings.groups {
      let table = try CaseGroups(contentsOf: groups)
      let unlabelled = source.cases.filter { $0.labels == nil }.map(\.id)
      source = try source.grouped(by: table.adding(unlabelled))
    }
    self.source = source
    var tests = source.cases.filter { $0.labels == nil }
    if FileName.ending(of: path).lowercased() != ".csv" {
      tests += try DatasetLayout(
        folder: path, written: source.description.document, variables: settings.variables
      ).testCases(like: source.cases)
    }
    self.tests = tests
    self.target = target
    self.settings = settings
    fileEnding = Self.commonEnding(of: source.cases + tests)
  }

  /// The labelled cases.
  public var training: [Case] { source.cases.filter { $0.labels != nil } }

  /// Writes the new folder, complete or not at all; folders above it are made if need be.
  ///
  /// - Returns: What was made.
  /// - Throws: ``DatasetError``; nothing is left then.
  public func run() throws(DatasetError) -> Outcome {
    // What cannot be split is said before anything is copied.
    let splits = try splits()
    let folder: AtomicFolder
    do throws(FileOutputError) {
      try createFolder(enclosingFolder(of: target))
      folder = try AtomicFolder(creating: target)
    } catch {
      throw .conversion(error)
    }
    let root = folder.temporaryPath
    for name in ["imagesTr", "labelsTr"] + (tests.isEmpty ? [] : ["imagesTs"])
      + (tests.contains { $0.labels != nil } ? ["labelsTs"] : [])
    {
      try Folder.make(root + "/" + name)
    }
    let training = training
    let work = training.map { ($0, "Tr") } + tests.map { ($0, "Ts") }
    let progress = Progress { [settings] done in settings.progress(done, work.count) }
    let results = parallelMap(work.count) { index -> Result<CaseConversion.Counts, DatasetError> in
      defer { progress.advance() }
      let (entry, part) = work[index]
      do throws(DatasetError) {
        return .success(
          try CaseConversion(entry, into: root, part: part, ending: fileEnding, settings).run())
      } catch {
        return .failure(error)
      }
    }
    var outcome = Outcome(training: training.count, test: tests.count)
    for result in results {
      let counts: CaseConversion.Counts
      do throws(DatasetError) { counts = try result.get() } catch { throw error }
      outcome.unchanged += counts.unchanged
      outcome.split += counts.split
      outcome.reencoded += counts.reencoded
    }
    try document.write(to: root + "/dataset.json")
    if let splits {
      try splits.write(to: root + "/splits_final.json")
      outcome.folds = splits.splits.count
      outcome.groups = Set(training.compactMap(\.group)).count
    }
    do throws(FileOutputError) { try folder.commit() } catch { throw .conversion(error) }
    return outcome
  }

  /// Folds that keep groups together, or else those that lie beside the source's images.
  private func splits() throws(DatasetError) -> CrossValidationSplits? {
    let names = training.map(\.id)
    if training.contains(where: { $0.group != nil }) {
      return try CrossValidationSplits(cases: names, groups: source.groups)
    }
    let own = FileName.join(source.folder, "splits_final.json")
    guard Folder.exists(own) else { return nil }
    let splits = try CrossValidationSplits(contentsOf: own)
    let unknown = splits.unknownCases(among: names)
    guard unknown.isEmpty else {
      throw .split(path: own, problem: "names \(unknown[0]), which is no labelled case")
    }
    return splits
  }
}
