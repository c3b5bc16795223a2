import Tensors

/// Operations on numbers in the order (N, C, D, H, W), in double precision and by their
/// definitions.
struct SlowTensor {
  var shape: TensorShape
  var values: [Double]

  init(_ shape: TensorShape, _ values: [Double]? = nil) {
    self.shape = shape
    self.values = values ?? Array(repeating: 0, count: shape.count)
  }

  func index(_ n: Int, _ c: Int, _ z: Int, _ y: Int, _ x: Int) -> Int {
    let s = shape.size
    return (((n * shape.channels + c) * s.depth + z) * s.height + y) * s.width + x
  }

  /// Zero outside.
  subscript(n: Int, c: Int, z: Int, y: Int, x: Int) -> Double {
    let s = shape.size
    guard z >= 0, y >= 0, x >= 0, z < s.depth, y < s.height, x < s.width else { return 0 }
    return values[index(n, c, z, y, x)]
  }

  func forEachPlace(_ body: (_ n: Int, _ c: Int, _ z: Int, _ y: Int, _ x: Int) -> Void) {
    for n in 0..<shape.batch {
      for c in 0..<shape.channels {
        for z in 0..<shape.size.depth {
          for y in 0..<shape.size.height { for x in 0..<shape.size.width { body(n, c, z, y, x) } }
        }
      }
    }
  }

  /// weight: (out, in, kernel).
  func convolved(_ weight: [Double], _ bias: [Double]?, out: Int, kernel k: Size3, stride s: Size3)
    -> SlowTensor
  {
    func length(_ n: Int, _ k: Int, _ s: Int) -> Int { (n + 2 * ((k - 1) / 2) - k) / s + 1 }
    let size = Size3(
      length(shape.size.depth, k.depth, s.depth), length(shape.size.height, k.height, s.height),
      length(shape.size.width, k.width, s.width))
    var result = SlowTensor(TensorShape(batch: shape.batch, channels: out, size: size))
    let place = result
    place.forEachPlace { n, c, z, y, x in
      var sum = bias?[c] ?? 0
      for i in 0..<shape.channels {
        for a in 0..<k.depth {
          for b in 0..<k.height {
            for d in 0..<k.width {
              let w = weight[
                (((c * shape.channels + i) * k.depth + a) * k.height + b) * k.width + d]
              sum +=
                w
                * self[
                  n, i, z * s.depth + a - (k.depth - 1) / 2, y * s.height + b - (k.height - 1) / 2,
                  x * s.width + d - (k.width - 1) / 2]
            }
          }
        }
      }
      result.values[place.index(n, c, z, y, x)] = sum
    }
    return result
  }

  /// weight: (in, out, kernel).
  func upsampled(_ weight: [Double], _ bias: [Double]?, out: Int, kernel k: Size3, stride s: Size3)
    -> SlowTensor
  {
    let size = Size3(
      (shape.size.depth - 1) * s.depth + k.depth, (shape.size.height - 1) * s.height + k.height,
      (shape.size.width - 1) * s.width + k.width)
    var result = SlowTensor(TensorShape(batch: shape.batch, channels: out, size: size))
    let place = result
    place.forEachPlace { n, c, z, y, x in
      result.values[place.index(n, c, z, y, x)] = bias?[c] ?? 0
    }
    forEachPlace { n, i, z, y, x in
      let v = self[n, i, z, y, x]
      for c in 0..<out {
        for a in 0..<k.depth {
          for b in 0..<k.height {
            for d in 0..<k.width {
              let w = weight[(((i * out + c) * k.depth + a) * k.height + b) * k.width + d]
              let to = place.index(n, c, z * s.depth + a, y * s.height + b, x * s.width + d)
              result.values[to] += w * v
            }
          }
        }
      }
    }
    return result
  }

  func instanceNormalised(scale: [Double], shift: [Double], epsilon: Double, slope: Double)
    -> SlowTensor
  {
    var result = self
    let voxels = shape.size.count
    for row in 0..<shape.batch * shape.channels {
      let range = row * voxels..<(row + 1) * voxels
      let mean = values[range].reduce(0, +) / Double(voxels)
      let variance = values[range].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(voxels)
      for index in range {
        let t =
          (values[index] - mean) / (variance + epsilon).squareRoot() * scale[row % shape.channels]
          + shift[row % shape.channels]
        result.values[index] = t < 0 ? t * slope : t
      }
    }
    return result
  }

  func concatenated(with other: SlowTensor) -> SlowTensor {
    var shape = shape
    shape.channels += other.shape.channels
    var result = SlowTensor(shape)
    let place = result
    place.forEachPlace { n, c, z, y, x in
      result.values[place.index(n, c, z, y, x)] =
        c < self.shape.channels
        ? self[n, c, z, y, x] : other[n, c - self.shape.channels, z, y, x]
    }
    return result
  }

  func averagePooled(_ block: Size3) -> SlowTensor {
    let size = Size3(
      shape.size.depth / block.depth, shape.size.height / block.height,
      shape.size.width / block.width)
    var result = SlowTensor(
      TensorShape(batch: shape.batch, channels: shape.channels, size: size))
    let place = result
    place.forEachPlace { n, c, z, y, x in
      var sum = 0.0
      for a in 0..<block.depth {
        for b in 0..<block.height {
          for d in 0..<block.width {
            sum += self[n, c, z * block.depth + a, y * block.height + b, x * block.width + d]
          }
        }
      }
      result.values[place.index(n, c, z, y, x)] = sum / Double(block.count)
    }
    return result
  }
}
