import Volumes

/// An opened image file: its header, then its voxels in the order of the file.
protocol VoxelSource: AnyObject {
  var path: String { get }
  var header: VolumeHeader { get }
  /// Whether the channels of a voxel follow one another, or the volumes do.
  var isInterleaved: Bool { get }

  /// Proves that the file holds all its voxels, or about as many, before memory is given to them.
  func verify() throws(VolumeFileError)

  /// Reads the next numbers.
  func read(into numbers: UnsafeMutableBufferPointer<Float>) throws(VolumeFileError)

  /// Checks what can be checked once everything was read.
  func finish() throws(VolumeFileError)
}

extension VoxelSource {
  func finish() throws(VolumeFileError) {}
}

/// Opens a file by its ending and parses its header.
func openVoxels(_ path: String) throws(VolumeFileError) -> any VoxelSource {
  switch try VolumeFileFormat.of(path) {
  case .nifti: try openNIfTI(path)
  case .nrrd: try openNRRD(path)
  case .metaImage: try openMetaImage(path)
  case .tiff: try openTIFF(path)
  case .png: try PNGVoxelSource(path: path)
  }
}

/// Numbers that are decoded at a time where they do not go straight to their place.
let decodingChunk = 1 << 16

extension VoxelSource {
  /// All channels, one array each.
  func readChannels() throws(VolumeFileError) -> [[Float]] {
    try verify()
    let (count, channels) = (header.geometry.extent.count, header.channelCount)
    var result: [[Float]] = []
    if !isInterleaved || channels == 1 {
      for _ in 0..<channels { result.append(try readArray(count)) }
    } else {
      for _ in 0..<channels { result.append([Float](repeating: 0, count: count)) }
      let step = max(1, decodingChunk / channels)
      let chunk = UnsafeMutableBufferPointer<Float>.allocate(capacity: step * channels)
      defer { chunk.deallocate() }
      for start in stride(from: 0, to: count, by: step) {
        let length = min(step, count - start)
        try read(into: UnsafeMutableBufferPointer(rebasing: chunk[..<(length * channels)]))
        for channel in 0..<channels {
          result[channel].withUnsafeMutableBufferPointer { target in
            for voxel in 0..<length {
              target[start + voxel] = chunk[voxel * channels + channel]
            }
          }
        }
      }
    }
    try finish()
    return result
  }

  private func readArray(_ count: Int) throws(VolumeFileError) -> [Float] {
    // The standard library's initialiser does not carry typed errors, hence the result.
    var failure: VolumeFileError?
    let array = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      do throws(VolumeFileError) {
        try read(into: target)
        filled = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return array
  }

  /// All voxels of a one-channel file as labels.
  func readLabels() throws(VolumeFileError) -> [LabelMap.Label] {
    guard header.channelCount == 1 else {
      throw .severalChannels(path: path, count: header.channelCount)
    }
    try verify()
    let count = header.geometry.extent.count
    let chunk = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(decodingChunk, count))
    defer { chunk.deallocate() }
    var failure: VolumeFileError?
    let labels = [LabelMap.Label](unsafeUninitializedCapacity: count) { target, filled in
      do throws(VolumeFileError) {
        while filled < count {
          let numbers = UnsafeMutableBufferPointer(
            rebasing: chunk[..<min(chunk.count, count - filled)])
          try read(into: numbers)
          if let index = convertToLabels(
            UnsafeBufferPointer(numbers), target.baseAddress, at: filled)
          {
            throw .notALabel(path: path, value: numbers[index], voxelIndex: filled + index)
          }
          filled += numbers.count
        }
        try finish()
      } catch { failure = error }
    }
    if let failure { throw failure }
    return labels
  }
}

/// Writes `numbers` as labels behind `offset`; returns the index of the first that is none.
private func convertToLabels(
  _ numbers: UnsafeBufferPointer<Float>, _ labels: UnsafeMutablePointer<LabelMap.Label>?,
  at offset: Int
) -> Int? {
  guard let target = labels?.advanced(by: offset) else { return nil }
  var areLabels = true
  for index in numbers.indices {
    let value = numbers[index]
    areLabels =
      areLabels && value >= 0 && value <= 65535 && value == value.rounded(.towardZero)
    // Adding 2^23 leaves a whole number in the low bits: a conversion without a trap, which
    // vectorises.
    target[index] = LabelMap.Label(truncatingIfNeeded: (value + 8_388_608).bitPattern)
  }
  guard !areLabels else { return nil }
  return numbers.firstIndex { !($0 >= 0 && $0 <= 65535 && $0 == $0.rounded(.towardZero)) }
}
