import Volumes

/// An opened image file: its header, then its voxels in the order of the file.
protocol VoxelSource: AnyObject {
  var path: String { get }
  var header: VolumeHeader { get }
  /// Whether the channels of a voxel follow one another, or the volumes do.
  var isInterleaved: Bool { get }

  /// Looks whether the file can hold all its voxels, before memory is given to them.
  ///
  /// - Returns: Whether it was proved or is only said.
  func verify() throws(VolumeFileError) -> VoxelEvidence

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
    let evidence = try verify()
    let (count, channels) = (header.geometry.extent.count, header.channelCount)
    var result: [[Float]] = []
    if !isInterleaved || channels == 1 {
      // A channel that has arrived warrants the room for the next.
      for channel in 0..<channels {
        result.append(try readArray(count, channel == 0 ? evidence : .counted))
      }
    } else {
      result = try readInterleaved(count, channels, evidence)
    }
    try finish()
    return result
  }

  private func readArray(
    _ count: Int, _ evidence: VoxelEvidence
  ) throws(VolumeFileError) -> [Float] {
    var array: [Float] = []
    while array.count < count {
      let capacity = evidence.capacity(for: count, holding: array.count)
      array.reserveCapacity(capacity)
      let length = capacity - array.count
      try array.append(addingCapacity: length) {
        (output: inout OutputSpan<Float>) throws(VolumeFileError) in
        try output.withUnsafeMutableBufferPointer { (buffer, filled) throws(VolumeFileError) in
          try read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled..<(filled + length)]))
          filled += length
        }
      }
    }
    return array
  }

  private func readInterleaved(
    _ count: Int, _ channels: Int, _ evidence: VoxelEvidence
  ) throws(VolumeFileError) -> [[Float]] {
    var result = [[Float]](repeating: [], count: channels)
    let step = max(1, decodingChunk / channels)
    let chunk = UnsafeMutableBufferPointer<Float>.allocate(capacity: step * channels)
    defer { chunk.deallocate() }
    for start in stride(from: 0, to: count, by: step) {
      let length = min(step, count - start)
      try read(into: UnsafeMutableBufferPointer(rebasing: chunk[..<(length * channels)]))
      for channel in 0..<channels {
        if result[channel].capacity < start + length {
          result[channel].reserveCapacity(evidence.capacity(for: count, holding: start + length))
        }
        result[channel].append(addingCapacity: length) { (output: inout OutputSpan<Float>) in
          output.withUnsafeMutableBufferPointer { target, filled in
            for voxel in 0..<length { target[filled + voxel] = chunk[voxel * channels + channel] }
            filled += length
          }
        }
      }
    }
    return result
  }

  /// All voxels of a one-channel file as labels.
  func readLabels() throws(VolumeFileError) -> [LabelMap.Label] {
    guard header.channelCount == 1 else {
      throw .severalChannels(path: path, count: header.channelCount)
    }
    let evidence = try verify()
    let count = header.geometry.extent.count
    let chunk = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(decodingChunk, count))
    defer { chunk.deallocate() }
    var labels: [LabelMap.Label] = []
    while labels.count < count {
      let numbers = UnsafeMutableBufferPointer(
        rebasing: chunk[..<min(chunk.count, count - labels.count)])
      try read(into: numbers)
      if labels.capacity < labels.count + numbers.count {
        labels.reserveCapacity(
          evidence.capacity(for: count, holding: labels.count + numbers.count))
      }
      try labels.append(addingCapacity: numbers.count) {
        [start = labels.count] (output: inout OutputSpan<LabelMap.Label>) throws(VolumeFileError) in
        try output.withUnsafeMutableBufferPointer { (target, filled) throws(VolumeFileError) in
          if let index = convertToLabels(
            UnsafeBufferPointer(numbers), target.baseAddress, at: filled)
          {
            throw .notALabel(path: path, value: numbers[index], voxelIndex: start + index)
          }
          filled += numbers.count
        }
      }
    }
    try finish()
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
