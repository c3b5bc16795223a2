/// The first position in `start ..< end` of a row at which the mask has the given value, or `end`.
///
/// Masks are constant nearly everywhere: eight voxels are looked at at once.
func firstPosition(
  of value: Bool, in row: UnsafePointer<Bool>, from start: Int, to end: Int
) -> Int {
  let bytes = UnsafeRawPointer(row)
  let others: UInt64 = value ? 0 : 0x0101_0101_0101_0101
  var position = start
  while position + 8 <= end,
    bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) == others
  {
    position += 8
  }
  while position < end, row[position] != value { position += 1 }
  return position
}
