import Parallelism

/// Means over blocks of `block` voxels; voxels beyond the last whole block are left out, as in PyTorch.
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
        for channel in 0..<channels {
          var sum: Float = 0
          for d in 0..<block.depth {
            for h in 0..<block.height {
              for w in 0..<block.width {
                let z = sample * inner.depth + depth * block.depth + d
                let y = z * inner.height + height * block.height + h
                sum +=
                  source[(y * inner.width + width * block.width + w) * channels + channel]
                  .widened
              }
            }
          }
          target[to + channel] = Element(rounding: sum * factor)
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
      for w in 0..<inner.width {
        let width = w / block.width
        let to = ((slice * inner.height + y) * inner.width + w) * channels
        guard depth < outer.depth, height < outer.height, width < outer.width else {
          for channel in 0..<channels { target[to + channel] = Element(rounding: 0) }
          continue
        }
        let from =
          (((sample * outer.depth + depth) * outer.height + height) * outer.width + width)
          * channels
        for channel in 0..<channels {
          target[to + channel] = Element(rounding: source[from + channel].widened * factor)
        }
      }
    }
  }
}
