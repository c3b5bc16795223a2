import Parallelism

/// Means over blocks of `block` voxels; voxels beyond the last whole block are left out, as in
/// PyTorch.
func averagePool<Element: ActivationElement>(
  of type: Element.Type, _ x: Tensor, _ block: Size3, into y: Tensor
) {
  let (source, target) = (x.elements(of: type), y.elements(of: type))
  let (inner, outer, channels) = (x.shape.size, y.shape.size, x.shape.channels)
  let factor = 1 / Float(block.count)
  parallelFor(y.shape.batch * outer.depth) { slice in
    let (sample, depth) = slice.quotientAndRemainder(dividingBy: outer.depth)
    for height in 0..<outer.height {
      for width in 0..<outer.width {
        let to = ((slice * outer.height + height) * outer.width + width) * channels
        let corner =
          ((sample * inner.depth + depth * block.depth) * inner.height + height * block.height)
          * inner.width + width * block.width
        // Offsets of the block's voxels from its first one, in voxels.
        func forEachVoxel(_ body: (Int) -> Void) {
          for d in 0..<block.depth {
            for h in 0..<block.height {
              let line = (d * inner.height + h) * inner.width
              for w in 0..<block.width { body(corner + line + w) }
            }
          }
        }
        var channel = 0
        while channel + 16 <= channels {
          var sum = SIMD16<Float>.zero
          forEachVoxel { sum += Element.load16(source + $0 * channels + channel) }
          Element.store16(sum * factor, to: target + to + channel)
          channel += 16
        }
        while channel < channels {
          var sum: Float = 0
          forEachVoxel { sum += source[$0 * channels + channel].widened }
          target[to + channel] = Element(rounding: sum * factor)
          channel += 1
        }
      }
    }
  }
}

/// The gradient of ``averagePool(of:_:_:into:)``: every voxel of a block gets its share.
func averagePoolGradient<Element: ActivationElement>(
  of type: Element.Type, _ gradient: Tensor, _ block: Size3, into x: Tensor
) {
  let (source, target) = (gradient.elements(of: type), x.elements(of: type))
  let (inner, outer, channels) = (x.shape.size, gradient.shape.size, x.shape.channels)
  let factor = 1 / Float(block.count)
  parallelFor(x.shape.batch * inner.depth) { slice in
    let (sample, z) = slice.quotientAndRemainder(dividingBy: inner.depth)
    let depth = z / block.depth
    for y in 0..<inner.height {
      let height = y / block.height
      let line = target + (slice * inner.height + y) * inner.width * channels
      guard depth < outer.depth, height < outer.height else {
        line.update(repeating: Element(rounding: 0), count: inner.width * channels)
        continue
      }
      let from =
        source
        + ((sample * outer.depth + depth) * outer.height + height) * outer.width * channels
      let covered = outer.width * block.width
      for w in 0..<covered {
        scale(
          from + w / block.width * channels, by: factor, into: line + w * channels,
          count: channels)
      }
      (line + covered * channels)
        .update(repeating: Element(rounding: 0), count: (inner.width - covered) * channels)
    }
  }
}

@inline(__always)
private func scale<Element: ActivationElement>(
  _ source: UnsafePointer<Element>, by factor: Float, into target: UnsafeMutablePointer<Element>,
  count: Int
) {
  var index = 0
  while index + 16 <= count {
    Element.store16(Element.load16(source + index) * factor, to: target + index)
    index += 16
  }
  while index < count {
    target[index] = Element(rounding: source[index].widened * factor)
    index += 1
  }
}
