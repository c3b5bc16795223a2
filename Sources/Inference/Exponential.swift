#if canImport(Glibc)
  import Glibc
#endif

/// e to the power of x.
func exponential(_ x: Double) -> Double { exp(x) }

/// e to the power of x.
func exponential(_ x: Float) -> Float { expf(x) }
