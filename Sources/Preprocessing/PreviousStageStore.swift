import FileOutput
import JSONDocuments
import Safetensors
public import Volumes

/// A folder of masks that one stage of a cascade made of training cases, on the grid of the next stage.
///
/// `CASE.safetensors` holds `labels` (int16: depth, height, width), the values of `dataset.json`; its metadata hold a digest of the labels
/// and a stamp of what made them.
public struct PreviousStageStore: Sendable {
  /// The folder.
  public let folder: String

  /// A store in a folder, which need not exist.
  public init(_ folder: String) { self.folder = folder }

  /// The path of a case's file.
  public func path(of id: String) -> String { "\(folder)/\(id).safetensors" }

  /// Writes the mask of a case; an older one stands until the new one is complete.
  ///
  /// - Parameters:
  ///   - mask: The mask on the next stage's grid.
  ///   - id: The case.
  ///   - stamp: What it was made from.
  /// - Throws: ``PreprocessingError``.
  public func write(
    _ mask: VoxelArray<Int16>, as id: String, stamp: String
  ) throws(PreprocessingError) {
    try CaseStore(folder).makeFolder()
    let document: JSONValue = [
      "stamp": .string(stamp), "digest": .string(Self.digest(of: mask)),
    ]
    do throws(SafetensorsError) {
      try SafetensorsWriter.write(
        [SafetensorsEntry(name: "labels", shape: mask.shape.lengths, int16s: mask.elements)],
        metadata: ["mask": document.text(.compact)], to: path(of: id))
    } catch {
      throw .store(error)
    }
  }

  /// Opens the mask of a case; it is mapped, not read.
  ///
  /// - Throws: ``PreprocessingError`` if the file is missing or no mask.
  public func open(_ id: String) throws(PreprocessingError) -> PreviousStageMask {
    try PreviousStageMask(contentsOf: path(of: id))
  }

  /// The stamp of a mask, or nil if there is none that can be read.
  public func stamp(of id: String) -> String? { try? open(id).stamp }

  private static func digest(of mask: VoxelArray<Int16>) -> String {
    var digest = ByteDigest()
    mask.shape.lengths.withUnsafeBytes { digest.add($0) }
    mask.elements.withUnsafeBytes { digest.add($0) }
    return digest.text
  }
}

/// A mask of the previous stage, mapped into memory.
public final class PreviousStageMask: Sendable {
  /// Its extent.
  public let shape: Shape3
  /// What it was made from.
  public let stamp: String
  /// A digest of its labels.
  public let digest: String
  private let file: SafetensorsFile

  init(contentsOf path: String) throws(PreprocessingError) {
    let tensor: SafetensorsTensor
    do throws(SafetensorsError) {
      file = try SafetensorsFile(contentsOf: path)
      tensor = try file.tensor(named: "labels")
    } catch {
      throw .store(error)
    }
    guard tensor.dataType == .int16, tensor.shape.count == 3,
      Int(bitPattern: tensor.bytes.baseAddress) % 2 == 0
    else { throw .invalidCase(path: path, problem: "its labels are no array of int16") }
    guard let text = file.metadata["mask"], let document = try? JSONValue(parsing: text),
      let stamp = document["stamp"]?.string, let digest = document["digest"]?.string
    else { throw .invalidCase(path: path, problem: "its metadata are missing or damaged") }
    shape = Shape3(tensor.shape)
    self.stamp = stamp
    self.digest = digest
  }

  /// The labels (depth, height, width), valid while the mask lives.
  public var labels: UnsafeBufferPointer<Int16> {
    // Existence and type were checked when the file was opened.
    guard let bytes = try? file.tensor(named: "labels").bytes else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    return bytes.assumingMemoryBound(to: Int16.self)
  }

  /// The labels as an array of their own.
  public var array: VoxelArray<Int16> { VoxelArray(shape: shape, elements: Array(labels)) }
}
