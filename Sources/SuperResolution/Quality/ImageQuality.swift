internal import ElementaryFunctions
public import JSONDocuments
public import Volumes

/// How close an image comes to the truth.
public struct ImageQuality: Hashable, Sendable {
  /// Peak signal-to-noise ratio in dB, the peak being the truth's range of intensities; infinite for equal images.
  public var peakSignalToNoise: Double
  /// Structural similarity, at most 1; NaN where an axis has less than eleven voxels.
  public var structuralSimilarity: Double
  /// Sum of the squared differences over that of the truth's squares.
  public var normalisedError: Double
  /// The mean absolute difference of the lengths of the gradients, as a share of the mean length of the truth's.
  public var gradientError: Double

  /// The quality of an image.
  ///
  /// - Parameters:
  ///   - image: Intensities.
  ///   - truth: The truth, of the same shape.
  /// - Source: Wang, Bovik, Sheikh, Simoncelli, IEEE TIP 13, 2004, doi:10.1109/TIP.2003.819861: Gaussian window of deviation 1.5 cut off at
  ///   eleven voxels, K1 0.01, K2 0.03, the mean over windows that lie within the image.
  public init(of image: VoxelArray<Float>, truth: VoxelArray<Float>) {
    precondition(image.shape == truth.shape, "\(image.shape) against \(truth.shape)")
    let range = Double((truth.elements.max() ?? 0) - (truth.elements.min() ?? 0))
    var (squares, energy) = (0.0, 0.0)
    for (a, b) in zip(image.elements, truth.elements) {
      squares += (Double(a) - Double(b)) * (Double(a) - Double(b))
      energy += Double(b) * Double(b)
    }
    let mean = squares / Double(max(1, truth.elements.count))
    peakSignalToNoise =
      mean > 0 ? 10 * logarithm(range * range / mean) / logarithm(10.0) : .infinity
    normalisedError = energy > 0 ? squares / energy : squares > 0 ? .infinity : 0
    structuralSimilarity = Self.similarity(image, truth, range: range)
    gradientError = Self.gradientError(image, truth)
  }

  /// The fields of a report.
  public var document: JSONValue {
    func field(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
    return [
      "psnr_db": field(peakSignalToNoise), "ssim": field(structuralSimilarity),
      "nmse": field(normalisedError), "gradient_error": field(gradientError),
    ]
  }

  /// Voxels on either side of a window's centre.
  private static let radius = 5

  private static func similarity(
    _ image: VoxelArray<Float>, _ truth: VoxelArray<Float>, range: Double
  ) -> Double {
    let shape = image.shape
    guard shape.lengths.allSatisfy({ $0 > 2 * radius }), range > 0 else { return .nan }
    let weights = (-radius...radius).map { exponential(-Double($0 * $0) / (2 * 1.5 * 1.5)) }
    let sum = weights.reduce(0, +)
    let windows = (0..<3).map { axis in
      AxisOperator(
        inputLength: shape[axis],
        rows: (0..<shape[axis] - 2 * radius).map { ($0, weights.map { $0 / sum }) },
        boundary: .edge)
    }
    func mean(_ array: VoxelArray<Float>) -> [Float] {
      windows.indices.reduce(array) { windows[$1]($0, along: $1) }.elements
    }
    // Intensities from the truth's smallest on, as shares of the range: single precision then suffices for variances.
    let offset = truth.elements.min() ?? 0
    let a = VoxelArray(
      shape: shape, elements: image.elements.map { Float(Double($0 - offset) / range) })
    let b = VoxelArray(
      shape: shape, elements: truth.elements.map { Float(Double($0 - offset) / range) })
    func product(_ a: VoxelArray<Float>, _ b: VoxelArray<Float>) -> VoxelArray<Float> {
      VoxelArray(shape: shape, elements: zip(a.elements, b.elements).map { $0 * $1 })
    }
    // The means that enter the formula are those of the intensities themselves.
    let shift = Double(offset) / range
    let (meanA, meanB) = (mean(a), mean(b))
    let (squareA, squareB, cross) = (
      mean(product(a, a)), mean(product(b, b)), mean(product(a, b))
    )
    let (c1, c2) = (0.01 * 0.01, 0.03 * 0.03)
    var total = 0.0
    for index in meanA.indices {
      let (ma, mb) = (Double(meanA[index]), Double(meanB[index]))
      let (va, vb) = (Double(squareA[index]) - ma * ma, Double(squareB[index]) - mb * mb)
      let covariance = Double(cross[index]) - ma * mb
      let (ua, ub) = (ma + shift, mb + shift)
      total +=
        (2 * ua * ub + c1) * (2 * covariance + c2)
        / ((ua * ua + ub * ub + c1) * (va + vb + c2))
    }
    return total / Double(meanA.count)
  }

  private static func gradientError(
    _ image: VoxelArray<Float>, _ truth: VoxelArray<Float>
  ) -> Double {
    let (a, b) = (image.gradientLengths, truth.gradientLengths)
    let sum = b.reduce(0.0) { $0 + Double($1) }
    let difference = zip(a, b).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
    return sum > 0 ? difference / sum : difference > 0 ? .infinity : 0
  }
}

extension VoxelArray<Float> {
  /// The length of the gradient at every voxel, in intensities per voxel: central differences, one-sided ones at the ends.
  fileprivate var gradientLengths: [Float] {
    let steps = [shape.height * shape.width, shape.width, 1]
    var squares = [Float](repeating: 0, count: elements.count)
    for axis in 0..<3 where shape[axis] > 1 {
      let (step, length) = (steps[axis], shape[axis])
      for index in elements.indices {
        let place = index / step % length
        let (before, after) = (
          place > 0 ? index - step : index, place < length - 1 ? index + step : index
        )
        let slope =
          (elements[after] - elements[before]) / Float((after - before) / step)
        squares[index] += slope * slope
      }
    }
    return squares.map { $0.squareRoot() }
  }
}
