#if canImport(Glibc)
  import Glibc
#endif

/// Asks the system for large pages where a buffer that is not touched yet will be filled: with small
/// ones a third of the time goes into providing them and finding them again.
func preferLargePages(_ start: UnsafeMutableRawPointer, byteCount: Int) {
  #if canImport(Glibc)
    let size = 1 << 21
    let first = (Int(bitPattern: start) + size - 1) / size * size
    let end = (Int(bitPattern: start) + byteCount) / size * size
    // Advice only: whether it is taken changes nothing but speed.
    if first < end {
      madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_HUGEPAGE)
    }
  #endif
}
