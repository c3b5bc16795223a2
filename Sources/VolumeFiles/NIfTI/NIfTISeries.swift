import CNIfTI
import Volumes

/// A NIfTI file whose volumes can be stored one by one without being decoded: voxels, scaling and
/// orientation keep every bit.
public struct NIfTISeries {
  /// Number of volumes, 1 for an ordinary image.
  public let channelCount: Int
  private let path: String
  /// The first bytes of the file up to the voxels, of a pair the header.
  private let header: NIfTIHeader
  private let stream: ByteStream
  private let voxels: ByteStream
  private let offset: Int
  private let bytesPerChannel: Int

  /// Opens a file, reading its header.
  ///
  /// - Parameter path: A NIfTI-1 or NIfTI-2 file, compressed or not, in one file or two.
  /// - Throws: ``VolumeFileError``; ``VolumeFileError/unsupported(path:feature:cure:)`` for Analyze
  ///   7.5, which has no orientation to keep, and for pictures in colour.
  public init(_ path: String) throws(VolumeFileError) {
    let names = NIfTINames(path)
    let headerPath = names.existingHeader
    let file = try InputFile(headerPath)
    stream = try ByteStream(file, from: 0, names.compression(of: headerPath))
    header = try NIfTIHeader(try stream.restarted().read(540), path: headerPath)
    let shape = try header.shape(path: headerPath)
    let (type, components) = try header.voxelType(path: headerPath)
    guard header.version != .analyze, components == 1, names.isPair || header.isSingleFile else {
      throw .unsupported(
        path: path, feature: "copying this file's voxels undecoded is", cure: "decode them")
    }
    self.path = path
    channelCount = shape.channelCount
    let total = try storedBytes(
      shape.extent, channels: channelCount, of: type, at: headerPath)
    bytesPerChannel = total / channelCount
    offset = try header.dataOffset(path: headerPath)
    guard offset <= 1 << 26 else {
      throw .damagedHeader(
        path: headerPath, problem: "the voxels begin at byte \(offset), expected at most 2^26")
    }
    voxels =
      names.isPair ? try names.openVoxels(beside: headerPath) : try stream.restarted()
    _ = try voxels.verify(total, after: offset)
  }

  /// Writes every volume into a file of its own, in the order of the file.
  ///
  /// - Parameter paths: One name per volume, ending in `.nii` or `.nii.gz`.
  /// - Throws: ``VolumeFileError``.
  /// - Complexity: O(bytes); half a megabyte of memory.
  public consuming func write(to paths: [String]) throws(VolumeFileError) {
    precondition(paths.count == channelCount, "\(paths.count) names for \(channelCount) volumes")
    let head = try singleHeader()
    guard try voxels.skip(offset) == offset else {
      throw .truncated(path: path, expectedBytes: offset, foundBytes: 0)
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    for path in paths {
      let output = try VoxelOutput(
        path, path.lowercased().hasSuffix(".gz") ? .gzip(level: 4) : .none)
      try output.write(head)
      var rest = bytesPerChannel
      while rest > 0 {
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(rest, buffer.count)])
        let count = try voxels.read(piece)
        guard count == piece.count else {
          throw .truncated(
            path: self.path, expectedBytes: bytesPerChannel * channelCount,
            foundBytes: bytesPerChannel - rest + count)
        }
        try output.write(UnsafeRawBufferPointer(piece))
        rest -= count
      }
      try output.commit()
    }
  }

  /// Everything before the voxels of a file that holds one volume.
  private func singleHeader() throws(VolumeFileError) -> [UInt8] {
    let isTwo = header.version == .two
    let size = isTwo ? 540 : 348
    var bytes = try stream.restarted().read(header.isSingleFile ? offset : size)
    guard bytes.count >= size else {
      throw .truncated(path: path, expectedBytes: size, foundBytes: bytes.count)
    }
    // A pair becomes one file, without its extensions.
    if !header.isSingleFile {
      bytes += [0, 0, 0, 0]
      bytes.replaceSubrange(
        isTwo ? 4..<7 : 344..<347, with: isTwo ? Array("n+2".utf8) : Array("n+1".utf8))
      if isTwo {
        store(Int64(bytes.count), in: &bytes, at: 168)
      } else {
        store(Float(bytes.count).bitPattern, in: &bytes, at: 108)
      }
    }
    // The axes behind the third, and that the numbers along one of them make a vector.
    let axes = min(3, header.dim[0])
    if isTwo {
      for axis in 0..<8 where axis == 0 || axis > 3 {
        store(Int64(axis == 0 ? axes : 1), in: &bytes, at: 16 + 8 * axis)
      }
      if channelCount > 1 { store(Int32(0), in: &bytes, at: 504) }
    } else {
      for axis in 0..<8 where axis == 0 || axis > 3 {
        store(Int16(axis == 0 ? axes : 1), in: &bytes, at: 40 + 2 * axis)
      }
      if channelCount > 1 { store(Int16(0), in: &bytes, at: 68) }
    }
    return bytes
  }

  /// Puts a number into the header in the file's byte order.
  private func store<Number: FixedWidthInteger>(
    _ number: Number, in bytes: inout [UInt8], at offset: Int
  ) {
    let stored = header.isSwapped ? number.byteSwapped : number
    withUnsafeBytes(of: stored) { source in
      for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
    }
  }
}
