import CPNG
import DeflateStreams
import FileOutput
import Volumes

/// Compresses pictures with libpng.
struct PNGEncoder {
  let path: String
  /// The resolution to note, if any.
  let pixelsPerMetre: (x: Double, y: Double)?

  func write(_ picture: PNGFile.Picture) throws(VolumeFileError) {
    let count = picture.width * picture.height * picture.channelCount
    var image = delineate_png_image()
    image.width = UInt32(picture.width)
    image.height = UInt32(picture.height)
    defer { png_image_free(&image) }
    switch picture.samples {
    case .eightBit(let values):
      precondition(values.count == count, "\(values.count) numbers for \(count)")
      let formats = [
        delineate_png_grey8, delineate_png_grey_alpha8, delineate_png_rgb8, delineate_png_rgba8,
      ]
      image.format = UInt32(formats[picture.channelCount - 1])
      try write(&image, values)
    case .sixteenBit(let values):
      precondition(values.count == count, "\(values.count) numbers for \(count)")
      precondition([1, 3].contains(picture.channelCount), "16 bits with opacity")
      image.format = UInt32(
        picture.channelCount == 1 ? delineate_png_grey16 : delineate_png_rgb16)
      try write(&image, values)
    }
  }

  private func write<Number: BitwiseCopyable>(
    _ image: inout png_image, _ values: [Number]
  ) throws(VolumeFileError) {
    var size = delineate_png_bound(image)
    var bytes = [UInt8](repeating: 0, count: size)
    guard png_image_write_to_memory(&image, &bytes, &size, 0, values, 0, nil) != 0 else {
      throw .unwritable(.refused(path: path, step: .write, reason: "libpng refused the picture"))
    }
    bytes.removeLast(bytes.count - size)
    if let chunk = resolutionChunk {
      // Behind the signature and the header chunk, whose length is fixed.
      bytes.insert(contentsOf: chunk, at: 33)
    }
    do throws(FileOutputError) {
      try writeAtomically(bytes, to: path)
    } catch { throw .unwritable(error) }
  }

  /// The pHYs chunk, which the simplified interface does not write.
  private var resolutionChunk: [UInt8]? {
    guard let pixelsPerMetre else { return nil }
    func bytes(_ value: UInt32) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
    func number(_ value: Double) -> UInt32 { UInt32(min(max(1, value.rounded()), 2e9)) }
    let body =
      Array("pHYs".utf8) + bytes(number(pixelsPerMetre.x)) + bytes(number(pixelsPerMetre.y)) + [1]
    return bytes(9) + body + bytes(body.withUnsafeBytes { crc32(of: $0) })
  }
}

extension VoxelType {
  /// The samples of a picture from stored numbers.
  fileprivate func samples(_ bytes: [UInt8]) -> PNGFile.Samples {
    guard self == .uint16 else { return .eightBit(bytes) }
    return .sixteenBit(
      bytes.withUnsafeBytes { raw in
        (0..<(raw.count / 2)).map { raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self) }
      })
  }
}

/// Writes one slice of 8 or 16 bits, grey or in colours.
struct PNGWriter {
  let path: String
  let geometry: Geometry

  func write(_ channels: [UnsafeRawBufferPointer], _ type: VoxelType) throws(VolumeFileError) {
    let extent = geometry.extent
    guard extent.z == 1 else {
      throw .unsupported(
        path: path, feature: "\(extent.z) slices in a PNG file are", cure: "write .nii.gz or .tif")
    }
    guard channels.count == 1 || channels.count == 3 || (channels.count < 5 && type == .uint8)
    else {
      throw .unsupported(
        path: path, feature: "\(channels.count) channels in a PNG file are",
        cure: "write .nii.gz or .nrrd")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(channels.reduce(0) { $0 + $1.count })
    try InterleavedVoxels(channels: channels, byteCount: type.byteCount).forEachPiece {
      (piece) throws(VolumeFileError) in bytes.append(contentsOf: piece)
    }
    let spacing = geometry.spacing
    let isPlain = spacing.x == 1 && spacing.y == 1
    try PNGEncoder(
      path: path, pixelsPerMetre: isPlain ? nil : (1000 / spacing.x, 1000 / spacing.y)
    ).write(
      PNGFile.Picture(
        width: extent.x, height: extent.y, channelCount: channels.count,
        samples: type.samples(bytes)))
  }
}
