import Glibc
import Parallelism
import Preprocessing
public import Volumes

/// Probabilities of every class on an image's grid: classes, then axes (z, y, x), the last fastest.
///
/// Small ones are in memory; large ones in a file without a name that the system keeps in memory as
/// far as there is room, so that they never take what other programs need.
public final class ProbabilityMaps {
  /// Number of classes or regions.
  public let classes: Int
  /// Extent along the axes (z, y, x).
  public let shape: Shape3
  private let bytes: UnsafeMutableRawBufferPointer

  /// Zeros everywhere.
  ///
  /// - Parameters:
  ///   - classes: Number of classes or regions.
  ///   - shape: Extent along the axes (z, y, x).
  ///   - folder: Where the file goes, if one is needed; its disk must have room for it.
  ///   - inMemory: Bytes up to which no file is used; nil takes a quarter of what is free.
  /// - Throws: ``InferenceError/unwritable(path:reason:)`` if the disk has no room.
  public init(
    classes: Int, shape: Shape3, in folder: String, inMemory: Int? = nil
  ) throws(InferenceError) {
    self.classes = classes
    self.shape = shape
    let (count, isHuge) = shape.count.multipliedReportingOverflow(by: 4 * max(1, classes))
    guard !isHuge else { throw .unwritable(path: folder, reason: "\(shape) voxels are too many") }
    let limit = inMemory ?? (SystemMemory.available ?? 1 << 32) / 4
    var descriptor: Int32 = -1
    if count > limit { descriptor = try Self.file(in: folder, byteCount: count) }
    defer { if descriptor >= 0 { close(descriptor) } }
    let start = mmap(
      nil, count, PROT_READ | PROT_WRITE,
      descriptor >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, descriptor, 0)
    guard let start, start != MAP_FAILED else {
      throw .unwritable(path: folder, reason: String(cString: strerror(errno)))
    }
    bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  /// A file that vanishes when it is closed; its bytes are reserved, since a full disk could not be
  /// told of later.
  private static func file(in folder: String, byteCount: Int) throws(InferenceError) -> Int32 {
    var name = Array("\(folder)/.probabilities-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else {
      throw .unwritable(path: folder, reason: String(cString: strerror(errno)))
    }
    unlink(name)
    var disk = statvfs()
    // Asked first: some file systems reserve bytes by writing them.
    let hasRoom =
      fstatvfs(descriptor, &disk) != 0
      || byteCount / Int(max(1, disk.f_frsize)) < Int(clamping: disk.f_bavail)
    let status = hasRoom ? posix_fallocate(descriptor, 0, off_t(byteCount)) : ENOSPC
    guard status == 0 else {
      close(descriptor)
      throw .unwritable(
        path: folder,
        reason: "no room for \(byteCount >> 20) MiB of probabilities: "
          + String(cString: strerror(status)))
    }
    return descriptor
  }

  /// All values, as they are stored.
  public var values: UnsafeMutableBufferPointer<Float> { bytes.bindMemory(to: Float.self) }

  /// The values of one class.
  ///
  /// - Parameter index: The class.
  /// - Returns: One value per voxel, the last axis fastest.
  public func map(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
    precondition(0..<classes ~= index, "class \(index) of \(classes)")
    return UnsafeMutableBufferPointer(
      rebasing: values[index * shape.count..<(index + 1) * shape.count])
  }
}
