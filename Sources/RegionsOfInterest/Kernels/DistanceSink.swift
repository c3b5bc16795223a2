/// What becomes of squared distances as they are found.
///
/// Distances come in short rows of neighbouring voxels, each voxel once, from several threads.
protocol DistanceSink {
  /// - Parameters:
  ///   - squares: Square millimetres (or squares of steps), infinite beyond the limit.
  ///   - count: Number of voxels.
  ///   - index: Position in memory of the first.
  func take(_ squares: UnsafePointer<Double>, count: Int, at index: Int)
}

/// Keeps the squares.
struct SquareSink: DistanceSink {
  let target: UnsafeMutablePointer<Double>

  func take(_ squares: UnsafePointer<Double>, count: Int, at index: Int) {
    (target + index).update(from: squares, count: count)
  }
}

/// Keeps the distances.
struct DistanceRootSink: DistanceSink {
  let target: UnsafeMutablePointer<Double>

  func take(_ squares: UnsafePointer<Double>, count: Int, at index: Int) {
    for voxel in 0..<count { target[index + voxel] = squares[voxel].squareRoot() }
  }
}

/// Keeps whether the distance is within a limit.
struct BallSink: DistanceSink {
  let target: UnsafeMutablePointer<Bool>
  let limit: Double

  func take(_ squares: UnsafePointer<Double>, count: Int, at index: Int) {
    for voxel in 0..<count { target[index + voxel] = squares[voxel] <= limit }
  }
}

/// Keeps the squares up to a limit; infinity stands for more.
struct LimitedSquareSink: DistanceSink {
  let target: UnsafeMutablePointer<Double>
  let limit: Double

  func take(_ squares: UnsafePointer<Double>, count: Int, at index: Int) {
    for voxel in 0..<count {
      target[index + voxel] = squares[voxel] <= limit ? squares[voxel] : .infinity
    }
  }
}
