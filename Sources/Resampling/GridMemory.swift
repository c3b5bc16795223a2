import Parallelism

/// Refuses a grid that does not fit into free memory at four bytes a voxel, before anything is
/// computed.
func checkMemory(forGridOf lengths: [Double]) throws(ResamplingError) {
  let needed = lengths.reduce(4) { $0 * max($1, 1) }
  let available = SystemMemory.available ?? Int.max / 16
  guard needed <= Double(available) else {
    throw .tooLarge(
      neededBytes: Int(exactly: needed.rounded()) ?? .max, availableBytes: available)
  }
}
