/// A permutation and flips of the voxel axes that turn one orientation into another without
/// interpolating.
struct Reorientation {
  /// For every axis of the result the axis of the source, and whether it runs backwards.
  let steps: [(axis: Int, isFlipped: Bool)]

  init(from source: AxisCodes, to target: AxisCodes) {
    steps = target.directions.map { wanted in
      let axis = source.directions.firstIndex { $0.worldAxis.axis == wanted.worldAxis.axis } ?? 0
      return (axis, source.directions[axis] != wanted)
    }
  }

  func apply(to geometry: Geometry) -> Geometry {
    let lengths = [geometry.extent.x, geometry.extent.y, geometry.extent.z]
    var first = Vector3(0, 0, 0)
    for step in steps where step.isFlipped { first[step.axis] = Double(lengths[step.axis] - 1) }
    let columns = steps.map { geometry.direction.columns[$0.axis] * ($0.isFlipped ? -1 : 1) }
    return Geometry(
      extent: Extent(
        x: lengths[steps[0].axis], y: lengths[steps[1].axis], z: lengths[steps[2].axis]),
      spacing: Vector3(
        geometry.spacing[steps[0].axis], geometry.spacing[steps[1].axis],
        geometry.spacing[steps[2].axis]),
      origin: geometry.worldPoint(ofVoxel: first),
      direction: Matrix3(columns: columns[0], columns[1], columns[2]))
  }

  func apply<Voxel>(to voxels: [Voxel], of extent: Extent) -> [Voxel] {
    let strides = [1, extent.x, extent.x * extent.y]
    let lengths = [extent.x, extent.y, extent.z]
    var start = 0
    for step in steps where step.isFlipped {
      start += (lengths[step.axis] - 1) * strides[step.axis]
    }
    let moves = steps.map { $0.isFlipped ? -strides[$0.axis] : strides[$0.axis] }
    let counts = steps.map { lengths[$0.axis] }
    return Array(unsafeUninitializedCapacity: voxels.count) { result, filled in
      for z in 0..<counts[2] {
        for y in 0..<counts[1] {
          var position = start + z * moves[2] + y * moves[1]
          for _ in 0..<counts[0] {
            result.initializeElement(at: filled, to: voxels[position])
            position += moves[0]
            filled += 1
          }
        }
      }
    }
  }
}

extension Volume {
  /// The same image with its voxel axes permuted and flipped to run towards the given sides of the
  /// body.
  ///
  /// Nothing is interpolated: an oblique volume stays oblique, and every voxel keeps its value and
  /// its place in the world.
  ///
  /// - Complexity: O(voxels); nothing is copied when the orientation is right already.
  public func reoriented(to codes: AxisCodes) -> Volume {
    guard geometry.axisCodes != codes else { return self }
    let change = Reorientation(from: geometry.axisCodes, to: codes)
    return Volume(
      voxels: change.apply(to: voxels, of: extent), geometry: change.apply(to: geometry))
  }
}

extension LabelMap {
  /// The same labels with their voxel axes permuted and flipped to run towards the given sides of
  /// the body.
  ///
  /// - Complexity: O(voxels); nothing is copied when the orientation is right already.
  public func reoriented(to codes: AxisCodes) -> LabelMap {
    guard geometry.axisCodes != codes else { return self }
    let change = Reorientation(from: geometry.axisCodes, to: codes)
    return LabelMap(
      labels: change.apply(to: labels, of: extent), geometry: change.apply(to: geometry))
  }
}
