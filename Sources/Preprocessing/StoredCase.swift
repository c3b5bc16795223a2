import JSONDocuments
import Planning
import Safetensors
public import Volumes

/// A preprocessed case on disk, mapped into memory.
public final class StoredCase: Sendable {
  /// The name.
  public let id: String
  /// Extent of the arrays.
  public let shape: Shape3
  /// Number of channels.
  public let channelCount: Int
  /// The way back to the image.
  public let properties: CaseProperties
  /// What the case was made from.
  public let stamp: String
  /// The digest of its numbers that the file keeps.
  let storedDigest: String?
  private let file: SafetensorsFile
  private let locationCounts: [Int]

  init(id: String, contentsOf path: String) throws(PreprocessingError) {
    self.id = id
    let (file, found) = try Self.read(path)
    self.file = file
    (shape, channelCount, locationCounts) = (found.shape, found.channelCount, found.locationCounts)
    guard let text = file.metadata["case"], let document = try? JSONValue(parsing: text),
      let properties = CaseProperties(document), let stamp = document["stamp"]?.string
    else { throw .invalidCase(path: path, problem: "its metadata are missing or damaged") }
    self.properties = properties
    self.stamp = stamp
    storedDigest = document["digest"]?.string
  }

  private struct Content {
    var shape: Shape3
    var channelCount: Int
    var locationCounts: [Int]
  }

  /// Opens the file and checks what the accessors below rely on.
  private static func read(
    _ path: String
  ) throws(PreprocessingError) -> (SafetensorsFile, Content) {
    let file: SafetensorsFile
    do throws(SafetensorsError) { file = try SafetensorsFile(contentsOf: path) } catch {
      throw .store(error)
    }
    func tensor(
      _ name: String, _ type: SafetensorsDataType
    ) throws(PreprocessingError) -> SafetensorsTensor {
      let tensor: SafetensorsTensor
      do throws(SafetensorsError) { tensor = try file.tensor(named: name) } catch {
        throw .store(error)
      }
      guard tensor.dataType == type else {
        throw .invalidCase(path: path, problem: "its \(name) is not \(type.rawValue)")
      }
      guard Int(bitPattern: tensor.bytes.baseAddress) % type.byteCount == 0 else {
        throw .invalidCase(path: path, problem: "its \(name) is not aligned")
      }
      return tensor
    }
    let image = try tensor("image", .float32)
    guard image.shape.count == 4, image.count > 0, image.count / image.shape[0] < 1 << 31 else {
      throw .invalidCase(path: path, problem: "its image has shape \(image.shape)")
    }
    let voxels = UInt32(image.count / image.shape[0])
    var counts: [Int] = []
    while file.names.contains("locations.\(counts.count)") {
      let positions = try tensor("locations.\(counts.count)", .int32)
      // Training reads voxels at these positions. Negative ones become large without their sign.
      guard positions.bytes.assumingMemoryBound(to: UInt32.self).allSatisfy({ $0 < voxels }) else {
        throw .invalidCase(
          path: path, problem: "a position of class \(counts.count) lies outside its image")
      }
      counts.append(positions.count)
    }
    if file.names.contains("labels") {
      let labels = try tensor("labels", .int16)
      guard labels.shape == Array(image.shape.dropFirst()) else {
        throw .invalidCase(
          path: path, problem: "its labels have shape \(labels.shape), its image \(image.shape)")
      }
    }
    let shape = Shape3(Array(image.shape[1...]))
    return (file, Content(shape: shape, channelCount: image.shape[0], locationCounts: counts))
  }

  /// The channels, one after another: (channels, depth, height, width), valid while the case lives.
  public var image: UnsafeBufferPointer<Float> { elements("image") }

  /// The labels (depth, height, width), valid while the case lives; empty if the case has none.
  public var labels: UnsafeBufferPointer<Int16> { elements("labels") }

  /// Number of classes whose voxels are listed.
  public var classCount: Int { locationCounts.count }

  /// Positions in memory of the listed voxels of a class, valid while the case lives.
  public func locations(ofClass index: Int) -> UnsafeBufferPointer<Int32> {
    elements("locations.\(index)")
  }

  /// The channels as arrays of their own.
  public var channels: [VoxelArray<Float>] {
    (0..<channelCount).map { channel in
      VoxelArray(
        shape: shape, elements: Array(image[channel * shape.count..<(channel + 1) * shape.count]))
    }
  }

  private func elements<Element>(_ name: String) -> UnsafeBufferPointer<Element> {
    // Existence and type were checked when the file was opened.
    guard let bytes = try? file.tensor(named: name).bytes else {
      return UnsafeBufferPointer(start: nil, count: 0)
    }
    return bytes.assumingMemoryBound(to: Element.self)
  }
}
