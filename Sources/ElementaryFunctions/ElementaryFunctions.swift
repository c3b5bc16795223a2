// The C library's elementary functions under names that collide with nothing, for modules that need
// nothing else of it.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// e to the power of `x`.
package func exponential(_ x: Double) -> Double { exp(x) }

/// e to the power of `x`, in single precision.
package func exponential(_ x: Float) -> Float { expf(x) }

/// `base` to the power of `exponent`, as Python has it.
package func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

/// The natural logarithm of `x`.
package func logarithm(_ x: Float) -> Float { logf(x) }

/// The cosine of `x` radians.
package func cosine(_ x: Float) -> Float { cosf(x) }

/// The sine of `x` radians.
package func sine(_ x: Float) -> Float { sinf(x) }

/// The cosine of `x` radians, in double precision.
package func cosine(_ x: Double) -> Double { cos(x) }

/// The sine of `x` radians, in double precision.
package func sine(_ x: Double) -> Double { sin(x) }

/// The natural logarithm of `x`, in double precision.
package func logarithm(_ x: Double) -> Double { log(x) }

/// The angle in radians of the point (x, y), from -pi to pi.
package func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }

/// The natural logarithm of the gamma function at `x`, above 0.
package func logGamma(_ x: Double) -> Double { lgamma(x) }

/// One less the error function: twice the normal distribution's tail beyond x times the square root of 2.
package func complementaryErrorFunction(_ x: Double) -> Double { erfc(x) }
