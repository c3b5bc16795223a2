import CTIFF
import FileOutput
import Volumes

/// Writes a stack of pages, compressed, with the spacing as ImageJ reads it and, for a volume, in
/// nnU-Net's sidecar.
///
/// Origin and direction have no place in TIFF and are lost.
struct TIFFWriter {
  let path: String
  let geometry: Geometry
  let type: VoxelType

  func write(_ channels: [UnsafeRawBufferPointer]) throws(VolumeFileError) {
    try writeAtomically(to: path, wrapping: VolumeFileError.unwritable) {
      (temporary) throws(VolumeFileError) in
      let handle = try TIFFHandle(
        writing: temporary, byteCount: channels.reduce(0) { $0 + $1.count })
      for slice in 0..<geometry.extent.z {
        for (number, channel) in channels.enumerated() {
          // ImageJ reads the description of the first page only.
          if slice == 0, number == 0 {
            _ = delineate_tiff_set_text(
              handle.tiff, UInt32(TIFFTAG_IMAGEDESCRIPTION), description(channels.count))
          }
          try write(slice, of: channel, to: handle)
        }
      }
    }
    guard geometry.extent.z > 1 else { return }
    let spacing = geometry.spacing
    let name = String(path[..<(path.lastIndex(of: ".") ?? path.endIndex)]) + ".json"
    do throws(FileOutputError) {
      try writeAtomically(
        "{\"spacing\": [\(spacing.z), \(spacing.y), \(spacing.x)]}\n", to: name)
    } catch { throw .unwritable(error) }
  }

  private func write(
    _ slice: Int, of voxels: UnsafeRawBufferPointer, to handle: TIFFHandle
  ) throws(VolumeFileError) {
    let (tiff, extent) = (handle.tiff, geometry.extent)
    let rowBytes = extent.x * type.byteCount
    // Strips of about 256 KiB, the size libtiff's documentation calls reasonable times 32.
    let stripRows = max(1, min(extent.y, (1 << 18) / rowBytes))
    let integers: [(Int32, Int)] = [
      (TIFFTAG_IMAGEWIDTH, extent.x), (TIFFTAG_IMAGELENGTH, extent.y),
      (TIFFTAG_BITSPERSAMPLE, type.byteCount * 8), (TIFFTAG_SAMPLESPERPIXEL, 1),
      (TIFFTAG_SAMPLEFORMAT, type == .float32 ? 3 : 1),
      (TIFFTAG_COMPRESSION, Int(COMPRESSION_ADOBE_DEFLATE)),
      (TIFFTAG_PHOTOMETRIC, Int(PHOTOMETRIC_MINISBLACK)),
      (TIFFTAG_PLANARCONFIG, Int(PLANARCONFIG_CONTIG)), (TIFFTAG_ROWSPERSTRIP, stripRows),
      (TIFFTAG_RESOLUTIONUNIT, 1),
    ]
    for (tag, value) in integers {
      guard delineate_tiff_set_integer(tiff, UInt32(tag), UInt32(value)) == 1 else {
        throw failure(handle)
      }
    }
    _ = delineate_tiff_set_float(tiff, UInt32(TIFFTAG_XRESOLUTION), 1 / geometry.spacing.x)
    _ = delineate_tiff_set_float(tiff, UInt32(TIFFTAG_YRESOLUTION), 1 / geometry.spacing.y)
    let plane = UnsafeRawBufferPointer(
      rebasing: voxels[(slice * extent.y * rowBytes)..<((slice + 1) * extent.y * rowBytes)])
    for (strip, top) in stride(from: 0, to: extent.y, by: stripRows).enumerated() {
      let bytes = plane[(top * rowBytes)..<(min(extent.y, top + stripRows) * rowBytes)]
      let pointer = UnsafeMutableRawPointer(
        mutating: UnsafeRawBufferPointer(rebasing: bytes).baseAddress)
      // libtiff does not change what it compresses: there is no predictor and no swapping here.
      guard TIFFWriteEncodedStrip(tiff, UInt32(strip), pointer, Int64(bytes.count)) == bytes.count
      else {
        throw failure(handle)
      }
    }
    guard TIFFWriteDirectory(tiff) == 1 else { throw failure(handle) }
  }

  private func failure(_ handle: TIFFHandle) -> VolumeFileError {
    .unwritable(.refused(path: path, step: .write, reason: handle.complaint))
  }

  /// ImageJ's description; the in-plane spacing is in the resolution tags.
  private func description(_ channels: Int) -> String {
    let slices = geometry.extent.z
    var lines = ["ImageJ=1.53k", "images=\(slices * channels)"]
    if channels > 1 { lines += ["channels=\(channels)", "hyperstack=true"] }
    if slices > 1 { lines.append("slices=\(slices)") }
    lines += ["unit=mm", "spacing=\(geometry.spacing.z)", "loop=false"]
    return lines.joined(separator: "\n") + "\n"
  }
}
