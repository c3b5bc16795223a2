import DeflateStreams
import FileOutput

/// A file being written, compressed on its way if asked; it appears under its name when it is
/// complete.
final class VoxelOutput {
  /// How the bytes are stored.
  enum Compression {
    case none
    case gzip(level: Int)
    case zlib(level: Int)
  }

  private var file: AtomicFile?
  private var deflater: Deflater?
  private var compressedBytes = 0

  init(_ path: String, _ compression: Compression) throws(VolumeFileError) {
    do throws(FileOutputError) {
      file = try AtomicFile(replacing: path)
    } catch { throw .unwritable(error) }
    beginCompression(compression)
  }

  /// Compresses what is written from now on.
  func beginCompression(_ compression: Compression) {
    precondition(deflater == nil, "the file is compressed already")
    switch compression {
    case .none: return
    case .gzip(let level): deflater = Deflater(.gzip, level: level)
    case .zlib(let level): deflater = Deflater(.zlib, level: level)
    }
    precondition(deflater != nil, "no 256 KiB of memory to compress")
  }

  func write(_ bytes: [UInt8]) throws(VolumeFileError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(VolumeFileError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(VolumeFileError) {
    if deflater == nil { try store(bytes) } else { try compress(bytes) }
  }

  /// Writes over the beginning of the file.
  func replaceBeginning(_ bytes: [UInt8]) throws(VolumeFileError) {
    do throws(FileOutputError) {
      try file?.replace(bytes, at: 0)
    } catch { throw .unwritable(error) }
  }

  /// Ends the compressed part; returns how many bytes it takes.
  @discardableResult
  func endCompression() throws(VolumeFileError) -> Int {
    try compress(UnsafeRawBufferPointer(start: nil, count: 0), ending: .stream)
    deflater = nil
    return compressedBytes
  }

  /// Completes the file and gives it its name.
  func commit() throws(VolumeFileError) {
    try endCompression()
    guard let finished = file.take() else { return }
    do throws(FileOutputError) { try finished.commit() } catch { throw .unwritable(error) }
  }

  private func compress(
    _ bytes: UnsafeRawBufferPointer, ending: Deflater.Ending = .nothing
  ) throws(VolumeFileError) {
    try deflater?.compress(bytes, ending: ending) { (piece) throws(VolumeFileError) in
      compressedBytes += piece.count
      try store(piece)
    }
  }

  private func store(_ bytes: UnsafeRawBufferPointer) throws(VolumeFileError) {
    do throws(FileOutputError) { try file?.write(bytes) } catch { throw .unwritable(error) }
  }
}
