extension Tensor {
  /// Instance normalisation, then scale and shift, then a leaky ReLU, in one pass forward and one
  /// backward.
  ///
  /// Every channel of every sample is brought to mean 0 and variance 1 over its voxels (population
  /// variance plus `epsilon`); training and inference do the same.
  ///
  /// - Parameters:
  ///   - scale: C numbers.
  ///   - shift: C numbers.
  ///   - epsilon: Added to the variance.
  ///   - slope: Factor of negative results; 1 leaves them as they are.
  /// - Returns: A tensor of the same shape.
  /// - Source: Ulyanov, Vedaldi, Lempitsky, 2016, arXiv:1607.08022; Maas, Hannun, Ng, ICML 2013.
  public func instanceNormalised(
    scale: Parameter, shift: Parameter, epsilon: Float, slope: Float
  ) -> Tensor {
    precondition(
      scale.count == shape.channels, "\(scale.name) of \(scale.shape) does not fit \(shape)")
    let layer = InstanceNormLayer(scale: scale, shift: shift, epsilon: epsilon, slope: slope)
    let (y, statistics) = device.backend.instanceNorm(self, layer)
    guard let tape else { return y }
    let recordedSlot = tape.record { gradient, pass in
      let gradients = gradient.device.backend.instanceNormGradients(
        gradient, layer, x: self, statistics: statistics)
      pass.add(.values(gradients.scale), to: scale)
      pass.add(.values(gradients.shift), to: shift)
      pass.add(gradients.x, to: slot)
    }
    return y.recorded(on: tape, slot: recordedSlot)
  }
}
