import Parallelism

/// Spreads the channels (taps x C) of every voxel over the block of voxels it becomes, and adds the
/// bias.
///
/// - Parameters:
///   - type: The elements' type.
///   - blocks: (N, D, H, W, taps x C), taps in the order depth, height, width.
///   - y: (N, D·s0, H·s1, W·s2, C or more); the first C channels are written.
///   - stride: The size of a block.
///   - bias: C numbers, or nil.
func spreadBlocks<Element: ActivationElement>(
  of type: Element.Type, from blocks: Tensor, to y: Tensor, _ stride: Size3,
  bias: UnsafePointer<Float>?
) {
  let channels = blocks.shape.channels / stride.count
  let (source, target) = (blocks.elements(of: type), y.elements(of: type))
  let step = stride.width * y.shape.channels
  forEachBlockRow(input: blocks.shape, channels: y.shape.channels, stride) { from, to, count in
    // from: count voxels stride.count · C apart.
    for voxel in 0..<count {
      let a = source + from + voxel * stride.count * channels
      let b = target + to + voxel * step
      var channel = 0
      while channel + 16 <= channels {
        var v = Element.load16(a + channel)
        if let bias { v += Float.load16(bias + channel) }
        Element.store16(v, to: b + channel)
        channel += 16
      }
      while channel < channels {
        b[channel] = Element(rounding: a[channel].widened + (bias?[channel] ?? 0))
        channel += 1
      }
    }
  }
}

/// The inverse of ``spreadBlocks(of:from:to:_:bias:)`` without the bias: gathers blocks of voxels
/// into channels.
func gatherBlocks<Element: ActivationElement>(
  of type: Element.Type, from y: Tensor, to blocks: Tensor, _ stride: Size3
) {
  let channels = blocks.shape.channels / stride.count
  let (source, target) = (y.elements(of: type), blocks.elements(of: type))
  let step = stride.width * y.shape.channels
  forEachBlockRow(input: blocks.shape, channels: y.shape.channels, stride) { to, from, count in
    for voxel in 0..<count {
      copyElements(
        source + from + voxel * step, to: target + to + voxel * stride.count * channels,
        count: channels)
    }
  }
}

/// Calls `body` for every row of input voxels and every tap with the offsets of the first element
/// in the block tensor `input` and in the upsampled one of `channels` channels, and the number of
/// voxels.
@inline(__always)
private func forEachBlockRow(
  input: TensorShape, channels: Int, _ stride: Size3,
  _ body: (_ block: Int, _ voxel: Int, _ count: Int) -> Void
) {
  let size = input.size
  let outputHeight = size.height * stride.height
  let outputWidth = size.width * stride.width
  let tapChannels = input.channels / stride.count
  parallelFor(input.batch * size.depth) { slice in
    for row in 0..<size.height {
      let block = (slice * size.height + row) * size.width * input.channels
      var tap = 0
      for d in 0..<stride.depth {
        for h in 0..<stride.height {
          let line = (slice * stride.depth + d) * outputHeight + row * stride.height + h
          for w in 0..<stride.width {
            body(block + tap * tapChannels, (line * outputWidth + w) * channels, size.width)
            tap += 1
          }
        }
      }
    }
  }
}

/// The sum of each of the first `channels` channels over samples and voxels: the gradient of a
/// bias.
func sumOverVoxels<Element: ActivationElement>(
  of type: Element.Type, _ x: Tensor, channels: Int, into result: Buffer
) {
  let step = x.shape.channels
  let rows = x.shape.batch * x.shape.size.count
  let grain = max(8, 65536 / channels)
  let chunks = (rows + grain - 1) / grain
  var partial = [Float](repeating: 0, count: chunks * channels)
  let source = x.elements(of: type)
  partial.withUnsafeMutableBufferPointer { partial in
    let sums = partial.baseAddress.unsafelyUnwrapped
    parallelForRanges(rows, grain: grain) { range in
      let target = sums + range.lowerBound / grain * channels
      var channel = 0
      while channel + 16 <= channels {
        var (s0, s1) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
        var row = range.lowerBound
        while row + 2 <= range.upperBound {
          s0 += Element.load16(source + row * step + channel)
          s1 += Element.load16(source + (row + 1) * step + channel)
          row += 2
        }
        if row < range.upperBound { s0 += Element.load16(source + row * step + channel) }
        Float.store16(s0 + s1, to: target + channel)
        channel += 16
      }
      while channel < channels {
        var sum: Float = 0
        for row in range { sum += source[row * step + channel].widened }
        target[channel] = sum
        channel += 1
      }
    }
  }
  let target = result.elements(of: Float.self)
  for channel in 0..<channels {
    var sum = 0.0
    for chunk in 0..<chunks { sum += Double(partial[chunk * channels + channel]) }
    target[channel] = Float(sum)
  }
}
