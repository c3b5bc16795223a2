import FileOutput
import JSONDocuments
import Planning
import Safetensors
import Volumes

/// A folder of preprocessed cases.
///
/// `CASE.safetensors` holds `image` (float32: channels, depth, height, width), `labels` (int16:
/// depth, height, width) and `locations.0`, `locations.1`, ... (int32 positions of each class); its
/// metadata hold the way back to the image and a stamp of what the case was made from.
public struct CaseStore: Sendable {
  /// The folder.
  public let folder: String

  /// A store in a folder, which need not exist.
  public init(_ folder: String) { self.folder = folder }

  /// The path of a case's file.
  public func path(of id: String) -> String { "\(folder)/\(id).safetensors" }

  /// Makes the folder and those above it that are missing.
  ///
  /// - Throws: ``PreprocessingError/unwritable(path:reason:)``.
  func makeFolder() throws(PreprocessingError) {
    do throws(FileOutputError) { try createFolder(folder) } catch {
      guard case .refused(let path, _, let reason) = error else { return }
      throw .unwritable(path: path, reason: reason)
    }
  }

  /// Writes a case; an older one stands until the new one is complete.
  ///
  /// - Parameters:
  ///   - entry: The case with its labels.
  ///   - id: Its name.
  ///   - locations: For each class the voxels that patches may be centred on.
  ///   - stamp: What it was made from, in a few words; another text means another origin.
  /// - Throws: ``PreprocessingError/store(_:)``.
  public func write(
    _ entry: PreprocessedCase, as id: String, locations: [[Int32]], stamp: String
  ) throws(PreprocessingError) {
    let shape = entry.shape.lengths
    var entries = [
      SafetensorsEntry(
        name: "image", dataType: .float32, shape: [entry.channels.count] + shape
      ) { (append) throws(SafetensorsError) in
        for channel in entry.channels {
          try channel.elements.withUnsafeBufferPointer { (values) throws(SafetensorsError) in
            try append(UnsafeRawBufferPointer(values))
          }
        }
      }
    ]
    for (index, positions) in locations.enumerated() {
      entries.append(
        SafetensorsEntry(name: "locations.\(index)", shape: [positions.count], int32s: positions))
    }
    // Last, so that the 32-bit numbers before them stay aligned.
    if let labels = entry.labels {
      entries.append(SafetensorsEntry(name: "labels", shape: shape, int16s: labels.elements))
    }
    var document = entry.properties.document
    document["stamp"] = .string(stamp)
    document["digest"] = .string(entry.contentDigest(locations: locations))
    do throws(SafetensorsError) {
      try SafetensorsWriter.write(
        entries, metadata: ["case": JSONValue.object(document).text(.compact)], to: path(of: id))
    } catch {
      throw .store(error)
    }
  }

  /// The stamp of a stored case, or nil if there is none that can be read.
  public func stamp(of id: String) -> String? {
    guard let stored = try? open(id) else { return nil }
    return stored.stamp
  }

  /// Opens a case; its arrays are mapped, not read.
  ///
  /// - Throws: ``PreprocessingError`` if the file is missing or not a preprocessed case.
  public func open(_ id: String) throws(PreprocessingError) -> StoredCase {
    try StoredCase(id: id, contentsOf: path(of: id))
  }
}
