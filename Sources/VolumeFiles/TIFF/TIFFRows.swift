import CTIFF

/// Decodes the pages of a TIFF file row by row, from strips or tiles.
final class TIFFRows {
  private let file: InputFile
  private let page: TIFFPage
  private let handle: TIFFHandle
  private var current = -1
  /// Rows that are decoded at a time: 1, or the height of a tile.
  private let bandHeight: Int
  private let tileWidth: Int
  private var band: UnsafeMutableRawBufferPointer
  private var bandRow = -1
  private var tile: UnsafeMutableRawBufferPointer

  init(_ file: InputFile, _ page: TIFFPage) throws(VolumeFileError) {
    self.file = file
    self.page = page
    handle = try TIFFHandle(reading: file)
    band = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    tile = band
    guard page.isTiled else {
      (bandHeight, tileWidth) = (1, 0)
      // libtiff computes the row's length by its own rules: a disagreement would overrun the
      // buffer.
      guard TIFFScanlineSize(handle.tiff) == page.rowBytes else {
        throw .damagedHeader(path: file.path, problem: "rows of a length libtiff disagrees with")
      }
      band = .allocate(byteCount: page.rowBytes, alignment: 64)
      return
    }
    tileWidth = Int(delineate_tiff_long(handle.tiff, UInt32(TIFFTAG_TILEWIDTH), 0))
    bandHeight = Int(delineate_tiff_long(handle.tiff, UInt32(TIFFTAG_TILELENGTH), 0))
    let pixel = page.samples * page.type.byteCount
    // A tile may be larger than the picture, but not by much.
    guard (1...page.width + 4096).contains(tileWidth),
      (1...page.height + 4096).contains(bandHeight),
      TIFFTileSize(handle.tiff) == tileWidth * bandHeight * pixel
    else {
      throw .damagedHeader(path: file.path, problem: "tiles of \(tileWidth) × \(bandHeight) pixels")
    }
    tile = .allocate(byteCount: tileWidth * bandHeight * pixel, alignment: 64)
    band = .allocate(byteCount: page.rowBytes * bandHeight, alignment: 64)
  }

  deinit {
    band.deallocate()
    tile.deallocate()
  }

  /// Decodes one row; rows of a page are cheap in ascending order.
  func read(_ y: Int, of index: Int, into row: inout [Float]) throws(VolumeFileError) {
    try load(y, of: index)
    let numbers = page.width * page.samples
    if row.count != numbers { row = [Float](repeating: 0, count: numbers) }
    guard let start = band.baseAddress else { return }
    row.withUnsafeMutableBufferPointer { target in
      VoxelEncoding(type: page.type).decode(
        start + (y % bandHeight) * page.rowBytes, into: target)
    }
  }

  /// Decodes a page and keeps nothing.
  func forEachRow(of index: Int) throws(VolumeFileError) {
    for y in stride(from: 0, to: page.height, by: bandHeight) { try load(y, of: index) }
  }

  private func load(_ y: Int, of index: Int) throws(VolumeFileError) {
    if index != current {
      guard TIFFSetDirectory(handle.tiff, tdir_t(index)) == 1 else { throw damage(index) }
      current = index
      bandRow = -1
    }
    guard y / bandHeight != bandRow else { return }
    bandRow = y / bandHeight
    guard page.isTiled else {
      guard TIFFReadScanline(handle.tiff, band.baseAddress, UInt32(y), 0) == 1 else {
        throw damage(index)
      }
      return
    }
    let pixel = page.samples * page.type.byteCount
    let top = bandRow * bandHeight
    for x in stride(from: 0, to: page.width, by: tileWidth) {
      let found = TIFFReadTile(handle.tiff, tile.baseAddress, UInt32(x), UInt32(top), 0, 0)
      guard found == tile.count else { throw damage(index) }
      let length = min(tileWidth, page.width - x) * pixel
      for line in 0..<min(bandHeight, page.height - top) {
        let source = UnsafeRawBufferPointer(tile)[(line * tileWidth * pixel)...].prefix(length)
        let target = line * page.rowBytes + x * pixel
        UnsafeMutableRawBufferPointer(rebasing: band[target..<(target + length)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: source))
      }
    }
  }

  private func damage(_ index: Int) -> VolumeFileError {
    .damagedVoxels(path: file.path, problem: "page \(index + 1): \(handle.complaint)")
  }
}
