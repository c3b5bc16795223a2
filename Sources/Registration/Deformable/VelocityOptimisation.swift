import Parallelism
import Volumes

/// Finds the velocity whose flow brings the moving image into line, at one resolution of the images.
///
/// What is found is a field `w`; the velocity is `w` smoothed, the displacement its flow. The cost is
/// that of the images plus the regularity times the velocity's mean squared slope. Steps are Adam's.
///
/// - Source: Kingma, Ba, ICLR 2015, arXiv:1412.6980.
package struct VelocityOptimisation {
  /// An optimisation with all its settings.
  package init(
    regularity: Double, smoothings: Int, squarings: Int, step: Float, iterations: Int,
    similarity: @escaping (VoxelField) -> (cost: Double, gradient: VoxelField)
  ) {
    self.similarity = similarity
    (self.regularity, self.smoothings, self.squarings) = (regularity, smoothings, squarings)
    (self.step, self.iterations) = (step, iterations)
  }

  /// The cost of a displacement and its derivatives.
  var similarity: (VoxelField) -> (cost: Double, gradient: VoxelField)
  /// Weight of the mean squared slope.
  var regularity: Double
  /// Means over 3 x 3 x 3 voxels that make a velocity of what is searched.
  var smoothings: Int
  var squarings: Int
  /// Length of Adam's steps in voxels of the field.
  var step: Float
  var iterations: Int

  /// Where a search has come to.
  struct State: Sendable {
    var field: VoxelField
    /// The whole cost at the start and at the best step.
    var costs: (first: Double, best: Double) = (0, 0)
    /// Steps that were made.
    var steps = 0
  }

  /// The velocity of a field.
  func velocity(of field: VoxelField) -> VoxelField { field.smoothed(times: smoothings) }

  /// The cost of a field, and its derivatives by it.
  package func evaluate(_ field: VoxelField) -> (cost: Double, gradient: VoxelField) {
    let velocity = velocity(of: field)
    let flow = Exponential(velocity, squarings: squarings)
    let found = similarity(flow.displacement)
    var gradient = flow.pullBack(found.gradient)
    let roughness = addRoughness(of: velocity, weight: regularity, to: &gradient)
    return (found.cost + regularity * roughness, gradient.smoothed(times: smoothings))
  }

  /// Searches from a field.
  ///
  /// - Parameters:
  ///   - start: The field to begin with.
  ///   - progress: Told after every step.
  /// - Returns: Where the search has come to.
  func minimise(from start: VoxelField, progress: () -> Void = {}) -> State {
    var (field, best) = (start, State(field: start))
    var (momentum, squares) = (VoxelField(extent: start.extent), VoxelField(extent: start.extent))
    var history: [Double] = []
    for iteration in 1...max(1, iterations) {
      let (cost, gradient) = evaluate(field)
      // Images that are in line already are left alone: the start is the best that was seen.
      if history.allSatisfy({ cost < $0 }) { best.field = field }
      history.append(cost)
      // Shorter steps come to rest in the minimum.
      let length = step * (1 - 0.9 * Float(iteration - 1) / Float(max(1, iterations)))
      moveByAdam(&field, gradient, &momentum, &squares, step: length, iteration: iteration)
      progress()
      if iteration > 10, history[iteration - 11] - cost < 1e-4 * abs(cost) { break }
    }
    best.steps = history.count
    best.costs = (history.first ?? 0, history.min() ?? 0)
    return best
  }
}

/// The sum over the axes of the mean squared difference of neighbours; adds `weight` times its
/// derivatives to a gradient.
func addRoughness(of field: VoxelField, weight: Double, to gradient: inout VoxelField) -> Double {
  let extent = field.extent
  let (plane, count) = (extent.x * extent.y, extent.count)
  let scale = Float(2 * weight / Double(count))
  return gradient.vectors.withUnsafeMutableBufferPointer { target in
    nonisolated(unsafe) let target = target  // planes are disjoint
    return field.withView { field in
      let u = field.vectors
      let sums = parallelMap(extent.z) { z in
        var sum = SIMD4<Float>(repeating: 0)
        var total = 0.0
        for y in 0..<extent.y {
          for x in 0..<extent.x {
            let voxel = extent.index(x, y, z)
            let own = u[voxel]
            var slope = SIMD4<Float>(repeating: 0)
            func add(_ neighbour: Int) { slope += own - u[neighbour] }
            func addForward(_ neighbour: Int) {
              let difference = own - u[neighbour]
              slope += difference
              sum += difference * difference
            }
            if x > 0 { add(voxel &- 1) }
            if y > 0 { add(voxel &- extent.x) }
            if z > 0 { add(voxel &- plane) }
            if x < extent.x &- 1 { addForward(voxel &+ 1) }
            if y < extent.y &- 1 { addForward(voxel &+ extent.x) }
            if z < extent.z &- 1 { addForward(voxel &+ plane) }
            target[voxel] += slope * scale
          }
          total += Double(sum.x) + Double(sum.y) + Double(sum.z)
          sum = SIMD4(repeating: 0)
        }
        return total
      }
      return sums.reduce(0, +) / Double(count)
    }
  }
}

/// One step of Adam, in place.
private func moveByAdam(
  _ field: inout VoxelField, _ gradient: VoxelField, _ momentum: inout VoxelField,
  _ squares: inout VoxelField, step: Float, iteration: Int
) {
  var (first, second): (Float, Float) = (1, 1)
  for _ in 0..<iteration { (first, second) = (first * 0.9, second * 0.999) }
  let rate = step / (1 - first)
  let scale = 1 / (1 - second)
  // Derivatives of a mean are as small as there are many voxels.
  let least = 1e-4 / Float(field.extent.count)
  for voxel in field.vectors.indices {
    let slope = gradient.vectors[voxel]
    let mean = momentum.vectors[voxel] * 0.9 + slope * 0.1
    let square = squares.vectors[voxel] * 0.999 + slope * slope * 0.001
    momentum.vectors[voxel] = mean
    squares.vectors[voxel] = square
    field.vectors[voxel] -= mean * rate / ((square * scale).squareRoot() + least)
  }
}
