/// First pass of the distance transform: in every voxel of a row, the number of steps to the nearest
/// voxel of the mask in that row.
///
/// - Parameters:
///   - mask: The row, of `length` voxels.
///   - length: Number of voxels.
///   - reach: Steps beyond which nothing is of interest.
///   - steps: Where the numbers go; `Steps.max` where there is no voxel within reach.
/// - Returns: Whether the row has a voxel of the mask.
func measureRow<Steps: FixedWidthInteger & UnsignedInteger>(
  _ mask: UnsafePointer<Bool>, length: Int, reach: Int, into steps: UnsafeMutablePointer<Steps>
) -> Bool {
  var end = 0
  var start = firstPosition(of: true, in: mask, from: 0, to: length)
  let hasVoxels = start < length
  while true {
    fillGap(end..<start, isOpenBelow: end == 0, isOpenAbove: start == length, reach, steps)
    if start == length { return hasVoxels }
    end = firstPosition(of: false, in: mask, from: start, to: length)
    (steps + start).update(repeating: 0, count: end - start)
    start = firstPosition(of: true, in: mask, from: end, to: length)
  }
}

/// Steps from the voxels of a gap to the nearer of its two ends, of which the row's own are open.
private func fillGap<Steps: FixedWidthInteger & UnsignedInteger>(
  _ gap: Range<Int>, isOpenBelow: Bool, isOpenAbove: Bool, _ reach: Int,
  _ steps: UnsafeMutablePointer<Steps>
) {
  let middle: Int
  switch (isOpenBelow, isOpenAbove) {
  case (true, true):
    (steps + gap.lowerBound).update(repeating: .max, count: gap.count)
    return
  case (true, false): middle = gap.lowerBound
  case (false, true): middle = gap.upperBound
  case (false, false): middle = (gap.lowerBound + gap.upperBound) / 2
  }
  let nearBelow = min(middle, gap.lowerBound + min(reach, gap.count))
  let nearAbove = max(middle, gap.upperBound - min(reach, gap.count))
  for position in gap.lowerBound..<nearBelow {
    steps[position] = Steps(truncatingIfNeeded: position &- gap.lowerBound &+ 1)
  }
  (steps + nearBelow).update(repeating: .max, count: nearAbove - nearBelow)
  for position in nearAbove..<gap.upperBound {
    steps[position] = Steps(truncatingIfNeeded: gap.upperBound &- position)
  }
}
