#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The C library's power function, which Python uses too.
enum Power {
  static func of(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}
