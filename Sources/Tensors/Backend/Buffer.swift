import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A piece of memory from a pool; it goes back there when nothing refers to it any more.
final class Buffer: @unchecked Sendable {
  // Sendable because the memory is written only by the operation that makes it, before anybody else
  // sees it.
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  private let pool: BufferPool

  fileprivate init(pointer: UnsafeMutableRawPointer, byteCount: Int, pool: BufferPool) {
    self.pointer = pointer
    self.byteCount = byteCount
    self.pool = pool
  }

  deinit { pool.takeBack(pointer, byteCount: byteCount) }

  /// The memory as elements of one type.
  func elements<Element>(of type: Element.Type = Element.self) -> UnsafeMutablePointer<Element> {
    pointer.assumingMemoryBound(to: type)
  }
}

/// Keeps memory that was freed for the next request of the same size, so that after the first step
/// a training step allocates nothing.
final class BufferPool: Sendable {
  private struct Shelves {
    var free: [Int: [UInt]] = [:]
    var held = 0
    var lent = 0
    var peak = 0
    var allocations = 0
  }

  private let shelves = Mutex(Shelves())
  private static let page = 4096
  private static let hugePage = 2 << 20

  /// Largest number of bytes lent out at one time.
  var peakBytes: Int { shelves.withLock { $0.peak } }

  /// How often memory was asked of the system.
  var allocations: Int { shelves.withLock { $0.allocations } }

  /// A buffer of at least `byteCount` bytes, not zeroed.
  func buffer(byteCount: Int) -> Buffer {
    let size = Self.roundedUp(byteCount)
    let reused = shelves.withLock { shelves -> UInt? in
      shelves.lent += size
      shelves.peak = max(shelves.peak, shelves.lent)
      guard let address = shelves.free[size]?.popLast() else {
        shelves.allocations += 1
        return nil
      }
      shelves.held -= size
      return address
    }
    if let reused, let pointer = UnsafeMutableRawPointer(bitPattern: reused) {
      return Buffer(pointer: pointer, byteCount: size, pool: self)
    }
    return Buffer(pointer: Self.allocate(size), byteCount: size, pool: self)
  }

  /// A buffer that stays with its owner over many steps.
  ///
  /// It never is memory that was used before: the first step's requests would find it, and the
  /// second's would miss it.
  func lastingBuffer(byteCount: Int) -> Buffer {
    let size = Self.roundedUp(byteCount)
    shelves.withLock { shelves in
      shelves.lent += size
      shelves.peak = max(shelves.peak, shelves.lent)
      shelves.allocations += 1
    }
    return Buffer(pointer: Self.allocate(size), byteCount: size, pool: self)
  }

  private static func roundedUp(_ byteCount: Int) -> Int {
    max(page, (byteCount + page - 1) / page * page)
  }

  fileprivate func takeBack(_ pointer: UnsafeMutableRawPointer, byteCount: Int) {
    shelves.withLock {
      $0.lent -= byteCount
      $0.held += byteCount
      $0.free[byteCount, default: []].append(UInt(bitPattern: pointer))
    }
  }

  /// Gives the memory that nobody uses back to the system.
  func trim() {
    let freed = shelves.withLock { shelves -> [UInt] in
      let all = shelves.free.values.flatMap { $0 }
      shelves.free.removeAll()
      shelves.held = 0
      return all
    }
    for address in freed { free(UnsafeMutableRawPointer(bitPattern: address)) }
  }

  deinit { trim() }

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    var pointer: UnsafeMutableRawPointer?
    let alignment = size >= 2 * hugePage ? hugePage : page
    let status = posix_memalign(&pointer, alignment, size)
    guard status == 0, let pointer else {
      preconditionFailure("the system has no \(size >> 20) MiB of memory left")
    }
    #if os(Linux)
      // Large activations are streamed through: huge pages spare most of the address translation.
      let adviceHugePages: Int32 = 14  // MADV_HUGEPAGE
      if alignment == hugePage { madvise(pointer, size, adviceHugePages) }
    #endif
    return pointer
  }
}
