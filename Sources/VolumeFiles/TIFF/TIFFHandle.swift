import CTIFF
import FileOutput
import Glibc

/// An open TIFF file of libtiff's, closed when it is released.
final class TIFFHandle {
  let tiff: OpaquePointer
  private let message: UnsafeMutablePointer<delineate_tiff_message>

  /// Opens for reading, with a bound on what a lying tag makes libtiff allocate.
  init(reading file: InputFile) throws(VolumeFileError) {
    message = .allocate(capacity: 1)
    message.initialize(to: delineate_tiff_message())
    let descriptor = try file.separateDescriptor()
    // "m": not mapped into memory, where a file that shrinks meanwhile would kill the process.
    guard
      let tiff = delineate_tiff_open(
        descriptor, file.path, "rm", Int64(max(1 << 20, 2 * file.size)), message)
    else {
      close(descriptor)
      let problem = Self.text(message)
      message.deallocate()
      throw .damagedHeader(path: file.path, problem: problem)
    }
    self.tiff = tiff
  }

  /// Opens an existing file for writing, in the large layout where more than 2 GiB are to come.
  init(writing path: String, byteCount: Int) throws(VolumeFileError) {
    message = .allocate(capacity: 1)
    message.initialize(to: delineate_tiff_message())
    let descriptor = open(path, O_RDWR | O_TRUNC | O_CLOEXEC)
    let mode = byteCount > 1 << 31 ? "w8" : "w"
    guard descriptor >= 0, let tiff = delineate_tiff_open(descriptor, path, mode, 0, message) else {
      let reason = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      message.deallocate()
      throw .unwritable(.refused(path: path, step: .write, reason: reason))
    }
    self.tiff = tiff
  }

  deinit {
    TIFFClose(tiff)
    message.deallocate()
  }

  /// The first thing libtiff complained of.
  var complaint: String { Self.text(message) }

  private static func text(_ message: UnsafeMutablePointer<delineate_tiff_message>) -> String {
    let text = withUnsafeBytes(of: message.pointee.text) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? "not a TIFF file that libtiff reads" : text
  }
}
