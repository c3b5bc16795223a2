internal import FileOutput
public import Networks
package import Tensors

/// How unlike two images look to a segmentation network that knows the anatomy: mean absolute differences of
/// what its encoder's first stages see, averaged over the stages.
///
/// The network stays as it is. Its normalisations take away offset and scale, so that images on the scale of ``IntensityScale`` serve
/// as well as those that it was trained on.
///
/// - Source: Johnson, Alahi, Fei-Fei, ECCV 2016, arXiv:1603.08155.
public struct PerceptualLoss {
  /// Stages that are compared.
  static let stages = 3

  private let network: UNet
  /// Tells networks apart.
  let digest: String

  /// A loss by a trained network.
  ///
  /// - Parameters:
  ///   - network: A network of three dimensions whose images have one channel.
  ///   - path: Where it comes from, for errors.
  /// - Throws: ``UpscalingError/model(path:problem:)`` for other networks.
  public init(_ network: UNet, path: String) throws(UpscalingError) {
    let channels = network.architecture.inputChannels
    guard channels == 1, network.architecture.kernels[0].count == 3 else {
      throw .model(
        path: path,
        problem:
          "looks at \(channels) channels of \(network.architecture.kernels[0].count)-D images; the "
          + "perceptual loss needs a 3-D model of one channel")
    }
    self.network = network
    for parameter in network.parameters { parameter.isFrozen = true }
    var digest = ByteDigest()
    for parameter in network.encoderParameters {
      parameter.withValues { digest.add(UnsafeRawBufferPointer($0)) }
    }
    self.digest = digest.text
  }

  /// The loss of images.
  ///
  /// - Parameters:
  ///   - made: Images (N, 1, D, H, W) that gradients are wanted for.
  ///   - acquired: The truth, of the same shape.
  ///   - weight: What the loss is multiplied by.
  /// - Returns: The loss, and its parts as they enter the gradient.
  package func callAsFunction(
    made: Tensor, acquired: Tensor, weight: Double
  ) -> (value: Double, terms: [LossTerm]) {
    let (mine, theirs) = (
      network.features(made, stages: Self.stages), network.features(acquired, stages: Self.stages)
    )
    let share = weight / Double(mine.count)
    var (value, terms) = (0.0, [LossTerm]())
    for (a, b) in zip(mine, theirs) {
      let difference = PixelLoss.absolute(a.values, b.values)
      value += share * difference.value
      terms.append(LossTerm(a, gradient: difference.gradient.map { Float(share) * $0 }))
    }
    return (value, terms)
  }
}
