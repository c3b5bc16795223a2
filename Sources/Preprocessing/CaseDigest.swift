import FileOutput
import Volumes

extension PreprocessedCase {
  /// A digest of all numbers of the case, the same as that of the case once it is stored.
  func contentDigest(locations: [[Int32]]) -> String {
    var digest = ByteDigest()
    for channel in channels { channel.elements.withUnsafeBytes { digest.add($0) } }
    labels?.elements.withUnsafeBytes { digest.add($0) }
    for positions in locations { positions.withUnsafeBytes { digest.add($0) } }
    return digest.text
  }
}

extension StoredCase {
  /// A digest of all numbers of the case, by which a run that goes on notices that a case is another.
  ///
  /// It is kept in the file; for files that have none it is computed.
  public var contentDigest: String {
    if let storedDigest { return storedDigest }
    var digest = ByteDigest()
    for channel in 0..<channelCount {
      digest.add(
        UnsafeRawBufferPointer(
          UnsafeBufferPointer(rebasing: image[channel * shape.count..<(channel + 1) * shape.count]))
      )
    }
    if !labels.isEmpty { digest.add(UnsafeRawBufferPointer(labels)) }
    for index in 0..<classCount { digest.add(UnsafeRawBufferPointer(locations(ofClass: index))) }
    return digest.text
  }
}
