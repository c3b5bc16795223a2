import CTIFF
import Volumes

/// Opens a TIFF file: one page is a flat picture, several are slices.
func openTIFF(_ path: String) throws(VolumeFileError) -> any VoxelSource {
  let file = try InputFile(path)
  let handle = try TIFFHandle(reading: file)
  let page = try TIFFPage(handle, path: path)
  let firstOffset = Int(clamping: TIFFGetStrileOffset(handle.tiff, 0))
  var placement = TIFFPlacement(handle)

  // All pages must be alike; a page takes at least its 6 bytes of directory.
  var pages = 1
  try page.verify(handle, file)
  while TIFFReadDirectory(handle.tiff) == 1 {
    let next = try TIFFPage(handle, path: path)
    guard next == page else {
      throw .unsupported(
        path: path, feature: "pages of different size or type (page \(pages + 1)) are",
        cure: "save every series to a file of its own")
    }
    try next.verify(handle, file)
    pages += 1
    guard pages <= file.size / 6 else {
      throw .damagedHeader(path: path, problem: "its pages form a loop")
    }
  }
  guard TIFFLastDirectory(handle.tiff) != 0 else {
    throw .damagedHeader(
      path: path, problem: "the page after page \(pages) cannot be read (\(handle.complaint))")
  }

  // ImageJ stores stacks above 4 GB as one page with the others' pixels behind it.
  let isRun = pages == 1 && placement.imageCount > 1 && !page.isCompressed && !page.isTiled
  let images = isRun ? placement.imageCount : pages
  guard placement.imageCount <= images else {
    throw .damagedHeader(
      path: path, problem: "ImageJ counts \(placement.imageCount) pages, found \(images)")
  }
  try placement.readSidecar(beside: path)
  let shape = try placement.shape(of: images, path: path)
  guard page.samples == 1 || shape.channels == 1 else {
    throw .unsupported(
      path: path, feature: "a series of colour pictures is", cure: "split the channels first")
  }
  let geometry = Geometry(
    extent: Extent(x: page.width, y: page.height, z: shape.slices), spacing: placement.spacing)
  var header = VolumeHeader(
    format: .tiff, geometry: geometry,
    dimensions: shape.channels > 1 ? 4 : images == 1 && !placement.isVolume ? 2 : 3,
    channelCount: shape.channels * page.samples, voxelType: page.type)
  header.warnings = placement.warnings
  if isRun {
    return try RawVoxelSource(
      header: header, stream: ByteStream(file, from: firstOffset, .none),
      encoding: VoxelEncoding(
        type: page.type, isSwapped: TIFFIsByteSwapped(handle.tiff) != 0),
      isInterleaved: true, leading: 0)
  }
  return try TIFFVoxelSource(
    header: header, file: file, page: page, pages: TIFFPageOrder(shape, pages: pages))
}

/// In what order the pages of a file are to be read: volume after volume.
struct TIFFPageOrder {
  let pages: [Int]

  init(_ shape: TIFFPlacement.Shape, pages count: Int) {
    let channels = shape.channels
    pages = (0..<count).map { position in
      let (channel, slice) = (position / shape.slices, position % shape.slices)
      return shape.channelsChangeFirst ? slice * channels + channel : position
    }
  }
}

/// The pixels of a TIFF file, decoded by libtiff row by row.
final class TIFFVoxelSource: VoxelSource {
  let header: VolumeHeader
  let isInterleaved: Bool
  private let file: InputFile
  private let page: TIFFPage
  private let order: TIFFPageOrder
  private var rows: TIFFRows
  private var position = 0
  private var row: [Float] = []
  private var used = 0

  var path: String { file.path }

  init(
    header: VolumeHeader, file: InputFile, page: TIFFPage, pages: TIFFPageOrder
  ) throws(VolumeFileError) {
    self.header = header
    self.file = file
    self.page = page
    order = pages
    isInterleaved = page.samples > 1
    // A product that overflows must not pass.
    _ = try storedBytes(of: header, at: file.path)
    rows = try TIFFRows(file, page)
  }

  /// Decodes compressed pages once, without keeping them, to see that they hold what the tags
  /// promise.
  func verify() throws(VolumeFileError) -> VoxelEvidence {
    guard page.isCompressed else { return .counted }
    let trial = try TIFFRows(file, page)
    for page in order.pages { try trial.forEachRow(of: page) }
    return .counted
  }

  func read(into numbers: UnsafeMutableBufferPointer<Float>) throws(VolumeFileError) {
    var filled = 0
    while filled < numbers.count {
      if used == row.count {
        let (page, y) = position.quotientAndRemainder(dividingBy: self.page.height)
        try rows.read(y, of: order.pages[page], into: &row)
        position += 1
        used = 0
      }
      let length = min(row.count - used, numbers.count - filled)
      for index in 0..<length { numbers[filled + index] = row[used + index] }
      filled += length
      used += length
    }
  }
}
