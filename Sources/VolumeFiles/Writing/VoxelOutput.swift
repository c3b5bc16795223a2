import CZlib
import FileOutput

/// A file being written, compressed on its way if asked; it appears under its name when it is
/// complete.
final class VoxelOutput {
  /// How the bytes are stored.
  enum Compression {
    case none
    case gzip(level: Int32)
    case zlib(level: Int32)
  }

  private var file: AtomicFile?
  private var stream: UnsafeMutablePointer<z_stream>?
  private let output: UnsafeMutableRawBufferPointer
  private var compressedBytes = 0

  init(_ path: String, _ compression: Compression) throws(VolumeFileError) {
    output = .allocate(byteCount: 1 << 18, alignment: 64)
    do throws(FileOutputError) {
      file = try AtomicFile(replacing: path)
    } catch { throw .unwritable(error) }
    beginCompression(compression)
  }

  /// Compresses what is written from now on.
  func beginCompression(_ compression: Compression) {
    precondition(stream == nil, "the file is compressed already")
    let started = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    started.initialize(to: z_stream())
    let status: Int32
    switch compression {
    case .none:
      started.deallocate()
      return
    case .gzip(let level): status = delineate_deflate_start_gzip(started, level)
    case .zlib(let level): status = delineate_deflate_start_zlib(started, level)
    }
    // Only a wrong level or a missing 256 KiB of memory can fail here.
    precondition(status == Z_OK, "zlib refused to start: \(status)")
    stream = started
  }

  deinit {
    if let stream {
      deflateEnd(stream)
      stream.deallocate()
    }
    output.deallocate()
  }

  func write(_ bytes: [UInt8]) throws(VolumeFileError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(VolumeFileError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(VolumeFileError) {
    guard stream != nil else {
      try store(bytes)
      return
    }
    // zlib counts with 32 bits.
    for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
      let end = min(bytes.count, start + 1 << 30)
      try compress(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), Z_NO_FLUSH)
    }
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
    guard let stream else { return compressedBytes }
    try compress(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
    deflateEnd(stream)
    stream.deallocate()
    self.stream = nil
    return compressedBytes
  }

  /// Completes the file and gives it its name.
  func commit() throws(VolumeFileError) {
    try endCompression()
    guard let finished = file.take() else { return }
    do throws(FileOutputError) { try finished.commit() } catch { throw .unwritable(error) }
  }

  private func compress(
    _ bytes: UnsafeRawBufferPointer, _ flush: Int32
  ) throws(VolumeFileError) {
    guard let stream else { return }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(bytes.count)
    repeat {
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      _ = deflate(stream, flush)
      let length = output.count - Int(stream.pointee.avail_out)
      compressedBytes += length
      try store(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<length]))
    } while stream.pointee.avail_out == 0
  }

  private func store(_ bytes: UnsafeRawBufferPointer) throws(VolumeFileError) {
    do throws(FileOutputError) { try file?.write(bytes) } catch { throw .unwritable(error) }
  }
}
