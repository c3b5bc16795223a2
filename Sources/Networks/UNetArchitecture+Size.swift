extension UNetArchitecture {
  /// The number of weights that ``UNet/init(_:)`` allocates, counted without allocating them.
  ///
  /// In double precision, so that it overflows for no architecture.
  public var weightCount: Double {
    func block(_ inputs: Int, _ outputs: Int, _ kernel: [Int], bias: Bool) -> Double {
      let weights = Double(inputs) * Double(outputs) * kernel.reduce(1.0) { $0 * Double($1) }
      return weights + Double(outputs) * (bias ? 3 : 2)
    }
    let flat = [1]
    var count = 0.0
    var channels = inputChannels
    if encoder == .residual {
      count += block(inputChannels, features[0], kernels[0], bias: hasBias)
      channels = features[0]
    }
    for stage in features.indices {
      let (width, kernel) = (features[stage], kernels[stage])
      let first = block(channels, width, kernel, bias: hasBias)
      let other = block(width, width, kernel, bias: hasBias)
      switch encoder {
      case .plain: count += first + Double(blocksPerStage[stage] - 1) * other
      case .residual:
        count += first + Double(2 * blocksPerStage[stage] - 1) * other
        if channels != width { count += block(channels, width, flat, bias: false) }
      }
      channels = width
    }
    for (index, blocks) in decoderBlocksPerStage.enumerated() {
      let below = features.count - 1 - index
      let (from, to, kernel) = (features[below], features[below - 1], kernels[below - 1])
      // Upsampling and head have a bias and no normalisation.
      count += block(from, to, strides[below], bias: true) - 2 * Double(to)
      count += block(2 * to, to, kernel, bias: hasBias)
      count += Double(blocks - 1) * block(to, to, kernel, bias: hasBias)
      count += Double(to + 1) * Double(classes)
    }
    return count
  }
}
