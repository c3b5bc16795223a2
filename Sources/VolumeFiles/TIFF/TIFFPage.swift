import CTIFF

/// What one page of a TIFF file says about itself.
struct TIFFPage: Equatable {
  var width: Int
  var height: Int
  var type: VoxelType
  var samples: Int
  var isTiled: Bool
  var isCompressed: Bool

  /// Reads the tags of the current page.
  init(_ handle: TIFFHandle, path: String) throws(VolumeFileError) {
    let tiff = handle.tiff
    width = Int(delineate_tiff_long(tiff, UInt32(TIFFTAG_IMAGEWIDTH), 0))
    height = Int(delineate_tiff_long(tiff, UInt32(TIFFTAG_IMAGELENGTH), 0))
    samples = Int(delineate_tiff_short(tiff, UInt32(TIFFTAG_SAMPLESPERPIXEL), 1))
    isTiled = TIFFIsTiled(tiff) != 0
    let bits = delineate_tiff_short(tiff, UInt32(TIFFTAG_BITSPERSAMPLE), 1)
    let format = delineate_tiff_short(tiff, UInt32(TIFFTAG_SAMPLEFORMAT), 1)
    switch (format, bits) {
    case (1, 8), (4, 8): type = .uint8
    case (1, 16), (4, 16): type = .uint16
    case (1, 32), (4, 32): type = .uint32
    case (1, 64), (4, 64): type = .uint64
    case (2, 8): type = .int8
    case (2, 16): type = .int16
    case (2, 32): type = .int32
    case (2, 64): type = .int64
    case (3, 32): type = .float32
    case (3, 64): type = .float64
    default:
      throw .unsupported(
        path: path, feature: "\(bits) bits of sample format \(format) are",
        cure: "convert the image to 8, 16 or 32 bits or to float")
    }
    let compression = Int32(delineate_tiff_short(tiff, UInt32(TIFFTAG_COMPRESSION), 1))
    let known = [
      COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_DEFLATE, COMPRESSION_ADOBE_DEFLATE,
      COMPRESSION_PACKBITS,
    ]
    guard known.contains(compression) else {
      throw .unsupported(
        path: path, feature: "TIFF compression \(compression) is",
        cure: "save the image with LZW, Deflate or no compression")
    }
    isCompressed = compression != COMPRESSION_NONE
    let planes = delineate_tiff_short(tiff, UInt32(TIFFTAG_PLANARCONFIG), 1)
    guard samples == 1 || planes == UInt16(PLANARCONFIG_CONTIG) else {
      throw .unsupported(
        path: path, feature: "colours in separate planes are", cure: "save them interleaved")
    }
    guard width >= 1, height >= 1, samples >= 1, samples <= 64, width < 1 << 31, height < 1 << 31
    else {
      throw .damagedHeader(
        path: path, problem: "a page of \(width) × \(height) pixels of \(samples) numbers")
    }
  }

  /// Bytes of a row of pixels.
  var rowBytes: Int { width * samples * type.byteCount }

  /// Compares the page with the stored bytes behind it.
  ///
  /// A strip or tile whose bytes lie outside the file is a truncation; no codec unpacks a byte to
  /// more than 2731.
  func verify(_ handle: TIFFHandle, _ file: InputFile) throws(VolumeFileError) {
    let tiff = handle.tiff
    let count = Int(isTiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff))
    // Every piece has an offset and a length of two bytes at least, stored or as the default of one
    // piece.
    guard count >= 1, count == 1 || count <= file.size / 2 else {
      throw .damagedHeader(path: file.path, problem: "\(count) strips in \(file.size) bytes")
    }
    var total = 0
    for piece in 0..<count {
      let offset = TIFFGetStrileOffset(tiff, UInt32(piece))
      let length = TIFFGetStrileByteCount(tiff, UInt32(piece))
      let (end, overflow) = offset.addingReportingOverflow(length)
      guard !overflow, end <= UInt64(file.size) else {
        throw .truncated(
          path: file.path, expectedBytes: Int(clamping: overflow ? .max : end),
          foundBytes: file.size)
      }
      total += Int(length)
    }
    let (bound, overflow) = total.multipliedReportingOverflow(by: isCompressed ? 2731 : 1)
    let (bytes, isHuge) = rowBytes.multipliedReportingOverflow(by: height)
    guard !isHuge, overflow || bytes <= bound else {
      throw .truncated(
        path: file.path, expectedBytes: isHuge ? .max : bytes, foundBytes: total)
    }
  }
}
