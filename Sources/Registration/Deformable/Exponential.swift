/// The flow of a stationary velocity over a unit of time, by scaling and squaring.
///
/// - Source: Arsigny, Commowick, Pennec, Ayache, MICCAI 2006, doi:10.1007/11866565_113.
package struct Exponential: Sendable {
  /// Squarings that are enough for the velocities of registration.
  package static let usualSquarings = 5

  /// The displacements after shares of the time.
  ///
  /// Each share is twice the one before; the last one is whole.
  private let steps: [VoxelField]

  /// The flow of a velocity in voxels per unit of time.
  ///
  /// - Parameters:
  ///   - velocity: The velocity.
  ///   - squarings: How often the time is halved: the first step is 2 to the power of minus this long.
  package init(_ velocity: VoxelField, squarings: Int) {
    var steps = [velocity.scaled(by: 1 / Float(1 << squarings))]
    for index in 0..<squarings { steps.append(steps[index].followed(by: steps[index])) }
    self.steps = steps
  }

  /// Where the flow takes every voxel, less its place.
  package var displacement: VoxelField { steps[steps.count - 1] }

  /// Takes a scalar's derivative by the displacement back to its derivative by the velocity, exactly
  /// as the flow was computed.
  package func pullBack(_ gradient: VoxelField) -> VoxelField {
    var current = gradient
    for step in steps.dropLast().reversed() {
      current = pullBackSquaring(current, of: step)
    }
    return current.scaled(by: 1 / Float(1 << (steps.count - 1)))
  }
}
