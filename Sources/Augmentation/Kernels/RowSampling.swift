import Volumes

/// One row of a patch, to be sampled at places of a region that lie on a line.
protocol SampledRow {
  /// Number of voxels.
  var count: Int { get }
  /// Voxels that may have data, and those whose neighbours all have.
  var touching: Range<Int> { get }
  var interior: Range<Int> { get }

  /// The intensity of a voxel some of whose neighbours may have no data.
  func checkedIntensity(_ source: UnsafePointer<Float>, _ index: Int) -> Float
  /// The label of a voxel some of whose neighbours may have no data.
  func checkedLabel(_ index: Int) -> Int16
  /// Fills in the intensities of ``interior``.
  func sampleInterior(_ source: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>)
  /// Fills in the labels of ``interior``.
  func sampleInterior(into row: UnsafeMutablePointer<Int16>)
}

extension SampledRow {
  /// Fills in the intensities of the row from a channel; 0 where there is no data.
  @inline(__always)
  func sampleImage(_ source: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
    row.update(repeating: 0, count: touching.lowerBound)
    (row + touching.upperBound).update(repeating: 0, count: count - touching.upperBound)
    for index in touching.lowerBound..<interior.lowerBound {
      row[index] = checkedIntensity(source, index)
    }
    for index in interior.upperBound..<touching.upperBound {
      row[index] = checkedIntensity(source, index)
    }
    sampleInterior(source, into: row)
  }

  /// Fills in the labels of the row; -1 where there is no data.
  @inline(__always)
  func sampleLabels(into row: UnsafeMutablePointer<Int16>) {
    row.update(repeating: -1, count: touching.lowerBound)
    (row + touching.upperBound).update(repeating: -1, count: count - touching.upperBound)
    for index in touching.lowerBound..<interior.lowerBound { row[index] = checkedLabel(index) }
    for index in interior.upperBound..<touching.upperBound { row[index] = checkedLabel(index) }
    sampleInterior(into: row)
  }
}

/// Fills a patch row by row.
///
/// - Parameters:
///   - patch: What to fill.
///   - view: The case that is sampled.
///   - makeRow: The row of a slice and a line of the patch.
@inline(__always)
func sample(
  _ patch: PatchMemory, of view: CaseView, _ makeRow: (_ z: Int, _ y: Int) -> some SampledRow
) {
  let shape = patch.shape
  for z in 0..<shape.depth {
    for y in 0..<shape.height {
      let line = makeRow(z, y)
      let row = (z * shape.height + y) * shape.width
      for channel in 0..<patch.channelCount {
        line.sampleImage(
          view.image + channel * view.shape.count, into: patch.image + channel * shape.count + row)
      }
      line.sampleLabels(into: patch.labels + row)
    }
  }
}
