import Volumes

/// Writes channels of numbers to the format of a name.
struct VolumeWriter {
  let path: String
  let geometry: Geometry
  let format: VolumeFileFormat
  /// Whether the channels are the components of one vector per voxel, which NIfTI says apart.
  var isVector = false

  init(path: String, geometry: Geometry) throws(VolumeFileError) {
    self.path = path
    self.geometry = geometry
    format = try VolumeFileFormat.of(path)
  }

  /// Writes intensities, one array per channel.
  func write(_ channels: [[Float]]) throws(VolumeFileError) {
    if format == .png {
      try writePNG(channels)
    } else {
      // Noise hardly compresses: the fastest level loses a few hundredths of the size only.
      try write(channels, .float32, level: 1)
    }
  }

  /// Writes labels of 8 bits.
  func write(_ labels: [UInt8]) throws(VolumeFileError) {
    try write([labels], .uint8, level: 4)
  }

  /// Writes labels of 16 bits.
  func write(_ labels: [UInt16]) throws(VolumeFileError) {
    try write([labels], .uint16, level: 4)
  }

  private func write<Number: BitwiseCopyable>(
    _ channels: [[Number]], _ type: VoxelType, level: Int
  ) throws(VolumeFileError) {
    try withBytes(of: channels[...], []) { (buffers) throws(VolumeFileError) in
      switch format {
      case .nifti:
        try NIfTIWriter(
          path: path, geometry: geometry, type: type, channelCount: buffers.count,
          isVector: isVector
        ).write(buffers, level: level)
      case .nrrd:
        try NRRDWriter(path: path, geometry: geometry, type: type)
          .write(interleave(buffers, type), level: level)
      case .metaImage:
        try MetaImageWriter(path: path, geometry: geometry, type: type)
          .write(interleave(buffers, type), level: level)
      case .tiff:
        try TIFFWriter(path: path, geometry: geometry, type: type).write(buffers)
      case .png:
        try PNGWriter(path: path, geometry: geometry).write(buffers, type)
      }
    }
  }

  /// Lends the bytes of all arrays at once.
  private func withBytes<Number: BitwiseCopyable>(
    of channels: ArraySlice<[Number]>, _ buffers: [UnsafeRawBufferPointer],
    _ body: ([UnsafeRawBufferPointer]) throws(VolumeFileError) -> Void
  ) throws(VolumeFileError) {
    guard let first = channels.first else {
      try body(buffers)
      return
    }
    try first.withUnsafeBufferPointer { (buffer) throws(VolumeFileError) in
      try withBytes(of: channels.dropFirst(), buffers + [UnsafeRawBufferPointer(buffer)], body)
    }
  }

  /// The channels of each voxel one after another, which NRRD and MetaImage expect.
  private func interleave(
    _ channels: [UnsafeRawBufferPointer], _ type: VoxelType
  ) -> InterleavedVoxels {
    InterleavedVoxels(channels: channels, byteCount: type.byteCount)
  }

  /// Intensities as a picture: 8 bits if they fit, else 16.
  private func writePNG(_ channels: [[Float]]) throws(VolumeFileError) {
    var largest: Float = 0
    for channel in channels {
      for value in channel {
        guard value >= 0, value <= 65535, value == value.rounded(.towardZero) else {
          throw .notStorable(
            path: path, value: value,
            cure: "PNG holds whole numbers from 0 to 65535; write .nii.gz or .tif instead")
        }
        largest = max(largest, value)
      }
    }
    if largest <= 255 {
      try write(channels.map { $0.map { UInt8($0) } }, .uint8, level: 4)
    } else {
      try write(channels.map { $0.map { UInt16($0) } }, .uint16, level: 4)
    }
  }
}

/// Channels that are written voxel by voxel.
struct InterleavedVoxels {
  let channels: [UnsafeRawBufferPointer]
  /// Bytes of one number.
  let byteCount: Int

  /// Hands the bytes on, piece by piece.
  func forEachPiece(
    _ body: (UnsafeRawBufferPointer) throws(VolumeFileError) -> Void
  ) throws(VolumeFileError) {
    guard channels.count > 1 else {
      for channel in channels { try body(channel) }
      return
    }
    let count = channels[0].count / byteCount
    let step = 1 << 14
    let piece = UnsafeMutableRawBufferPointer.allocate(
      byteCount: step * byteCount * channels.count, alignment: 64)
    defer { piece.deallocate() }
    for start in stride(from: 0, to: count, by: step) {
      let length = min(step, count - start)
      for (channel, source) in channels.enumerated() {
        for voxel in 0..<length {
          for byte in 0..<byteCount {
            piece[(voxel * channels.count + channel) * byteCount + byte] =
              source[(start + voxel) * byteCount + byte]
          }
        }
      }
      try body(
        UnsafeRawBufferPointer(
          rebasing: UnsafeRawBufferPointer(piece)[..<(length * channels.count * byteCount)]))
    }
  }
}
