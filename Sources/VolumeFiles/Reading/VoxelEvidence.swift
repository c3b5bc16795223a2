/// How sure it is that a file holds the voxels its header promises.
enum VoxelEvidence {
  /// They were counted.
  case counted
  /// Only the file says so: its header, and the length that a compressed stream gives itself.
  case claimed

  /// How much room to make in an array of `count` elements that holds `filled` of them so far.
  ///
  /// Without proof at most twice what has arrived. The steps are the whole halved again and again, so
  /// that the last one ends at the whole and moves half of it.
  func capacity(for count: Int, holding filled: Int) -> Int {
    guard self == .claimed else { return count }
    var capacity = count
    while capacity > max(decodingChunk, 2 * filled) { capacity = (capacity + 1) / 2 }
    return capacity
  }
}
