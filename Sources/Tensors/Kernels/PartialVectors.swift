/// Sixteen numbers, or the first `lanes` of them and zeros.
@inline(__always)
func loadPartial(_ pointer: UnsafePointer<Float>, lanes: Int) -> SIMD16<Float> {
  if lanes == 16 { return Float.load16(pointer) }
  var result = SIMD16<Float>.zero
  for lane in 0..<lanes { result[lane] = pointer[lane] }
  return result
}

/// Writes the first `lanes` of sixteen numbers.
@inline(__always)
func storePartial(_ values: SIMD16<Float>, to pointer: UnsafeMutablePointer<Float>, lanes: Int) {
  if lanes == 16 {
    Float.store16(values, to: pointer)
  } else {
    for lane in 0..<lanes { pointer[lane] = values[lane] }
  }
}

/// Labels of sixteen voxels; missing ones are ignored.
@inline(__always)
func loadLabels(_ pointer: UnsafePointer<Int16>, lanes: Int) -> SIMD16<Float> {
  if lanes == 16 {
    return floats(UnsafeRawPointer(pointer).loadUnaligned(as: SIMD16<Int16>.self))
  }
  var result = SIMD16<Float>(repeating: -1)
  for lane in 0..<lanes { result[lane] = Float(pointer[lane]) }
  return result
}
