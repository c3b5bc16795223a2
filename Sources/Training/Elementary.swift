#if canImport(Glibc)
  import Glibc
#endif

/// base to the power of exponent.
func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// Whether files may be made in a folder.
func isWritable(_ folder: String) -> Bool { access(folder, W_OK) == 0 }

/// Seconds of a clock that never goes back.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}
