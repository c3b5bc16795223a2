/// Instance normalisation with scale, shift and leaky ReLU on channels-last memory, forward and
/// backward.
///
/// With mean m and inverse deviation r of each sample and channel: y = leakyReLU(scale · (x - m) ·
/// r + shift).
struct InstanceNormKernel<Element: ActivationElement> {
  let shape: TensorShape
  let tiles: Tiles
  let slope: Float

  init(_ shape: TensorShape, slope: Float) {
    self.shape = shape
    tiles = Tiles(shape, bytesPerElement: MemoryLayout<Element>.size)
    self.slope = slope
  }

  var channels: Int { shape.channels }
  var elementsPerSample: Int { shape.channels * shape.size.count }
}
