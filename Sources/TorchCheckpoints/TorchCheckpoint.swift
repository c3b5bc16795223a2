import ZipArchives

/// A checkpoint that `torch.save` has written, opened for reading.
///
/// The file is an archive with a pickle, which in Python is a program. Here it is read as data: nothing in it is ever executed or looked up.
/// Classes and functions on a short list (ordered dictionaries, tensors, numpy's numbers) stand for what they make; every other name makes an
/// inert placeholder, listed by ``foreignNames``, and is an error where it stands in the place of something needed.
///
/// ```swift
/// let checkpoint = try TorchCheckpoint(contentsOf: "checkpoint_final.pth")
/// let trainer = try checkpoint.document("trainer_name").string
/// let weights = try checkpoint.tensors("network_weights")
/// let kernel = try checkpoint.floats(weights[0].tensor, named: weights[0].name)
/// ```
///
/// - Source: PyTorch's `torch.serialization`, files of version 1.6 and later.
public final class TorchCheckpoint {
  /// The path the file was opened at.
  public var path: String { archive.path }
  /// Names of classes and functions in the file that stand for nothing here, without repetition.
  public var foreignNames: [String] { graph.foreignNames }

  let archive: ZipArchive
  let graph: PickleGraph
  private let items: [(name: String, value: PickleGraph.Reference)]
  private let storages: [String: ZipEntry]

  /// The longest list of objects; a checkpoint of 1000 epochs has less than a hundredth.
  private static let largestPickle = 1 << 26
  /// More than a list of objects can be compressed; PyTorch itself stores it as it is.
  private static let largestRatio = 32

  /// Opens a checkpoint and reads its list of objects; tensors are read when they are asked for.
  ///
  /// - Parameter path: Path of the file.
  /// - Throws: ``TorchCheckpointError`` if the file cannot be opened, is no checkpoint, or damaged.
  public init(contentsOf path: String) throws(TorchCheckpointError) {
    let archive = try Self.archive(at: path)
    let pickles = archive.entries.filter {
      $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl")
    }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw .notACheckpoint(
        path: path, problem: "the archive holds \(pickles.count) lists of objects (data.pkl), not 1"
      )
    }
    let folder = pickle.name.dropLast("data.pkl".count)
    let prefix = "\(folder)data/"
    let prefixLength = prefix.count
    var storages: [String: ZipEntry] = [:]
    for entry in archive.entries where entry.name.hasPrefix(prefix) {
      storages[String(entry.name.dropFirst(prefixLength))] = entry
    }
    self.storages = storages
    let limit = min(
      Self.largestPickle,
      pickle.method == .stored
        ? pickle.byteCount : max(1 << 16, Self.largestRatio * pickle.compressedByteCount))
    let (bytes, byteOrder) = try Self.wrapped { () throws(ZipError) in
      let order = try archive.entry(named: "\(folder)byteorder").map { entry throws(ZipError) in
        try archive.contents(of: entry, limit: 64)
      }
      return (try archive.contents(of: pickle, limit: limit), order)
    }
    guard byteOrder == nil || byteOrder == Array("little".utf8) else {
      throw .notACheckpoint(
        path: path, problem: "its numbers are big-endian; save it on a little-endian machine")
    }
    let root: PickleGraph.Reference
    do throws(PickleReader.Problem) {
      (graph, root) = try bytes.withBytes { (bytes) throws(PickleReader.Problem) in
        try PickleReader.read(bytes)
      }
    } catch {
      throw .damaged(path: path, problem: error.text)
    }
    self.archive = archive
    guard let items = try Self.items(of: root, in: graph, path: path, place: "the checkpoint")
    else {
      throw .notACheckpoint(
        path: path, problem: "it holds no dictionary; save the trainer's checkpoint, not a tensor")
    }
    self.items = items
  }

  /// Names of the parts, in the order of the file.
  public var names: [String] { items.map(\.name) }

  /// A part of the checkpoint, or nil; the last of its name.
  func part(_ name: String) -> PickleGraph.Reference? { items.last { $0.name == name }?.value }

  /// The file of a storage.
  func entry(of storage: StorageRecord) -> ZipEntry? { storages[storage.key] }

  /// The items of a dictionary with names, or nil if it is none.
  static func items(
    of reference: PickleGraph.Reference, in graph: PickleGraph, path: String, place: String
  ) throws(TorchCheckpointError) -> [(name: String, value: PickleGraph.Reference)]? {
    switch graph[reference] {
    case .dictionary(let items):
      return items.compactMap { key, value in graph.string(key).map { ($0, value) } }
    case .foreign(let name), .global(let name):
      throw .foreignObject(path: path, name: name, place: place)
    default: return nil
    }
  }

  /// Runs a step on the archive and turns its error into this module's.
  static func wrapped<Result>(
    _ step: () throws(ZipError) -> Result
  ) throws(TorchCheckpointError) -> Result {
    do throws(ZipError) { return try step() } catch { throw .archive(error) }
  }

  private static func archive(at path: String) throws(TorchCheckpointError) -> ZipArchive {
    let start = try wrapped { () throws(ZipError) in
      let file = try FileBytes(contentsOf: path)
      return withExtendedLifetime(file) { Array(file.bytes.prefix(16)) }
    }
    // A pickled magic number, without an archive around it.
    if start.starts(with: [0x80, 2, 0x8A, 0x0A]) {
      throw .notACheckpoint(
        path: path,
        problem: "it has the format of PyTorch before 1.6; load it in Python and save it again "
          + "with torch.save")
    }
    if start.first == 0x80 {
      throw .notACheckpoint(path: path, problem: "it is a bare pickle; save it with torch.save")
    }
    return try wrapped { () throws(ZipError) in try ZipArchive(contentsOf: path) }
  }
}
