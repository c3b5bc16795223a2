public import Tensors

/// A weight divided by its largest singular value, so that a layer changes nothing by more than a factor of 1.
///
/// The weight is taken as a matrix of output channels and everything else. The singular value is
/// estimated by one step of the power iteration whenever the weight has changed, going on from the vectors of the step before.
///
/// - Source: Miyato et al., ICLR 2018, arXiv:1802.05957.
public final class SpectralNorm {
  /// The weight that training changes.
  public let weight: Parameter
  /// The weight that the layer uses.
  public let normalised: Parameter
  /// The left vector of the power iteration, of length 1.
  public private(set) var left: [Float]
  /// The right one.
  public private(set) var right: [Float]
  /// The estimate of the largest singular value.
  public private(set) var largest: Float = 1

  /// Added to a length before dividing by it, as PyTorch does.
  private static let epsilon: Float = 1e-12

  private var rows: Int { weight.shape[0] }
  private var columns: Int { weight.count / weight.shape[0] }

  /// A normalisation of a layer's weight.
  ///
  /// - Parameters:
  ///   - weight: The weight that training changes.
  ///   - normalised: The layer's own, of the same shape.
  public init(of weight: Parameter, as normalised: Parameter) {
    precondition(weight.shape == normalised.shape, "\(weight.name) of \(weight.shape)")
    self.weight = weight
    self.normalised = normalised
    left = Array(repeating: 0, count: weight.shape[0])
    right = Array(repeating: 0, count: weight.count / weight.shape[0])
  }

  /// Starts the power iteration with a vector, and makes some steps.
  ///
  /// - Parameters:
  ///   - left: Random numbers, as many as output channels.
  ///   - steps: Number of steps.
  public func start(with left: [Float], steps: Int = 15) {
    precondition(left.count == rows, "\(left.count) numbers for \(rows) output channels")
    self.left = Self.unit(left)
    right = weight.withValues { Self.unit(Self.product(left: self.left, $0)) }
    for _ in 0..<steps { iterate() }
    normalise()
  }

  /// Goes on with vectors that were saved.
  public func restore(left: [Float], right: [Float]) {
    precondition(left.count == rows && right.count == columns, "vectors of another layer")
    (self.left, self.right) = (left, right)
    normalise()
  }

  /// Makes one step and divides the weight by what it finds.
  public func update() {
    iterate()
    normalise()
  }

  /// The gradient with respect to the weight, given that with respect to the normalised one.
  ///
  /// The vectors are taken as constants: (g - <g, W/s> u vᵀ) / s.
  public func gradient(from gradient: [Float]) -> [Float] {
    let values = normalised.values
    var product = 0.0
    for index in gradient.indices { product += Double(gradient[index]) * Double(values[index]) }
    let (scale, share) = (1 / largest, Float(product))
    var result = gradient
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * columns + column
        result[index] = scale * (gradient[index] - share * left[row] * right[column])
      }
    }
    return result
  }

  private func iterate() {
    weight.withValues { matrix in
      left = Self.unit(Self.product(matrix, right, rows: rows))
      right = Self.unit(Self.product(left: left, matrix))
    }
  }

  private func normalise() {
    let image = weight.withValues { Self.product($0, right, rows: rows) }
    largest = Float(zip(left, image).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    // A weight of zeros stays zeros.
    let scale = largest > 0 ? 1 / largest : 0
    weight.withValues { source in
      normalised.update { target in
        for index in source.indices { target[index] = source[index] * scale }
      }
    }
  }

  private static func product(
    _ matrix: UnsafeBufferPointer<Float>, _ vector: [Float], rows: Int
  ) -> [Float] {
    (0..<rows).map { row in
      var sum = 0.0
      for column in vector.indices {
        sum += Double(matrix[row * vector.count + column]) * Double(vector[column])
      }
      return Float(sum)
    }
  }

  private static func product(
    left vector: [Float], _ matrix: UnsafeBufferPointer<Float>
  ) -> [Float] {
    let columns = matrix.count / vector.count
    var sums = [Double](repeating: 0, count: columns)
    for row in vector.indices {
      for column in 0..<columns {
        sums[column] += Double(matrix[row * columns + column]) * Double(vector[row])
      }
    }
    return sums.map { Float($0) }
  }

  private static func unit(_ vector: [Float]) -> [Float] {
    let length = Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
    return vector.map { $0 / max(length, epsilon) }
  }
}
