internal import ElementaryFunctions
internal import Parallelism
internal import RandomNumbers
public import Volumes

/// What makes an image of lower resolution of one of high resolution, with ranges that training draws from.
public struct Degradation: Hashable, Sendable {
  /// How noise changes intensities.
  public enum Noise: String, Hashable, Sendable, CaseIterable {
    /// Magnitude images: the length of the intensity plus complex noise.
    case rician
    /// Noise is added.
    case gaussian
  }

  /// How many fine voxels make one coarse voxel, along z, y and x; not only whole numbers.
  public var factors: [Double]
  /// How details are seen along z, y and x; the width of a Gaussian slice profile is drawn from ``sliceWidths``.
  public var responses: [AxisResponse]
  /// Full widths at half maximum of Gaussian slice profiles, as multiples of the coarse voxel.
  public var sliceWidths: ClosedRange<Double>
  /// The kind of noise.
  public var noise: Noise
  /// Standard deviations of the noise, as shares of the intensities' range.
  public var noiseLevels: ClosedRange<Double>
  /// The most that intensities change from one end of the image to the other, as a share; half of it in each direction.
  public var drift: Double
  /// Exponents that change the contrast.
  public var gammas: ClosedRange<Double>

  /// k-space truncation along all axes, without noise, drift and change of contrast.
  ///
  /// - Parameter factors: Fine voxels per coarse voxel along z, y and x.
  public init(factors: [Double]) {
    self.factors = factors
    responses = Array(repeating: .frequencies(taper: 0), count: 3)
    sliceWidths = 1...1
    noise = .rician
    noiseLevels = 0...0
    drift = 0
    gammas = 1...1
  }

  /// The coarse grid that covers the same length along every axis as far as whole voxels allow.
  ///
  /// - Parameter shape: The fine grid.
  /// - Returns: n / f voxels along each axis, rounded, one at least.
  public func shape(of shape: Shape3) -> Shape3 {
    Shape3((0..<3).map { max(1, Int((Double(shape[$0]) / factors[$0]).rounded())) })
  }

  /// An image as a scanner of lower resolution gives it, without noise.
  ///
  /// - Parameters:
  ///   - image: Intensities on the fine grid.
  ///   - sliceWidth: The width of Gaussian slice profiles.
  /// - Returns: Intensities on the coarse grid; with ``Noise/rician`` never negative where the image is not.
  public func applied(
    to image: VoxelArray<Float>, sliceWidth: Double = 1
  ) -> VoxelArray<Float> {
    let coarse = shape(of: image.shape)
    var result = image
    for axis in 0..<3 where coarse[axis] != image.shape[axis] {
      var response = responses[axis]
      if case .gaussian = response { response = .gaussian(width: sliceWidth) }
      result = response.map(image.shape[axis], to: coarse[axis])(result, along: axis)
    }
    return result
  }

  /// What one training sample gets.
  struct Draw: Hashable, Sendable {
    var sliceWidth = 1.0
    var noiseLevel = 0.0
    /// Along z, y, x: the change from the centre to the end of the image, as a share.
    var drifts = [0.0, 0.0, 0.0]
    var gamma = 1.0
  }

  /// Draws every quantity uniformly from its range, the exponent evenly to either side of 1.
  func draw(_ generator: inout SplitMix64) -> Draw {
    func uniform(_ range: ClosedRange<Double>) -> Double {
      range.lowerBound == range.upperBound
        ? range.lowerBound
        : Double(generator.uniform(Float(range.lowerBound)...Float(range.upperBound)))
    }
    var draw = Draw()
    draw.sliceWidth = uniform(sliceWidths)
    draw.noiseLevel = uniform(noiseLevels)
    draw.drifts = (0..<3).map { _ in uniform(-drift / 2...drift / 2) }
    draw.gamma = exponential(uniform(logarithm(gammas.lowerBound)...logarithm(gammas.upperBound)))
    return draw
  }

  /// Changes contrast and adds drift, which the fine and the coarse image then share.
  func changeIntensities(of image: inout VoxelArray<Float>, _ draw: Draw) {
    if draw.gamma == 1, draw.drifts.allSatisfy({ $0 == 0 }) { return }
    let shape = image.shape
    func ramp(_ axis: Int, _ place: Int) -> Float {
      let half = Double(max(1, shape[axis] - 1)) / 2
      return Float(draw.drifts[axis] * (Double(place) - half) / half)
    }
    let gamma = draw.gamma
    var index = 0
    for z in 0..<shape.depth {
      for y in 0..<shape.height {
        let line = 1 + ramp(0, z) + ramp(1, y)
        for x in 0..<shape.width {
          let value = image.elements[index]
          let curved = gamma == 1 || value <= 0 ? value : Float(power(Double(value), gamma))
          image.elements[index] = curved * (line + ramp(2, x))
          index += 1
        }
      }
    }
  }

  /// Adds noise to an image whose range is about 1.
  func addNoise(to image: inout VoxelArray<Float>, level: Double, _ generator: inout SplitMix64) {
    if level == 0 { return }
    var numbers = [Float](repeating: 0, count: 2 * image.elements.count)
    numbers.withUnsafeMutableBufferPointer {
      generator.fillNormal($0, standardDeviation: Float(level))
    }
    let count = image.elements.count
    for index in 0..<count {
      let real = image.elements[index] + numbers[index]
      let imaginary = numbers[count + index]
      image.elements[index] =
        noise == .rician ? (real * real + imaginary * imaginary).squareRoot() : real
    }
  }
}
