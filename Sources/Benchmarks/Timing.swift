#if canImport(Glibc)
  import Glibc
#endif

/// Seconds of a clock that never goes back.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The middle of the sorted numbers, or the mean of the two in the middle.
func median(_ numbers: [Double]) -> Double {
  precondition(!numbers.isEmpty, "no numbers have no median")
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
