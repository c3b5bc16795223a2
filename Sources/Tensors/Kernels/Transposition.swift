/// Sixteen vectors of sixteen numbers, transposed.
///
/// Each of four steps takes the even and the odd lanes of neighbouring vectors, which rotates the
/// eight bits of (vector, lane) by one place.
///
/// - Parameters:
///   - block: 16 vectors, replaced by those of its columns.
///   - work: 16 vectors, overwritten.
@inline(__always)
func transpose16(
  _ block: UnsafeMutablePointer<SIMD16<Float>>, _ work: UnsafeMutablePointer<SIMD16<Float>>
) {
  unzip16(block, work)
  unzip16(work, block)
  unzip16(block, work)
  unzip16(work, block)
}

@inline(__always)
private func unzip16(
  _ source: UnsafePointer<SIMD16<Float>>, _ target: UnsafeMutablePointer<SIMD16<Float>>
) {
  for pair in 0..<8 {
    let (a, b) = (source[2 * pair], source[2 * pair + 1])
    target[pair] = SIMD16(lowHalf: a.evenHalf, highHalf: b.evenHalf)
    target[pair + 8] = SIMD16(lowHalf: a.oddHalf, highHalf: b.oddHalf)
  }
}
