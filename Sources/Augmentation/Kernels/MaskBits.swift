import Volumes

/// A binary mask, one bit a voxel; rows begin at whole words, and bits beyond their ends are 0.
struct MaskBits: Equatable {
  let shape: Shape3
  /// Words of a row.
  let rowWords: Int
  private(set) var words: [UInt64]

  /// The mask of the voxels that are not 0.
  init(_ values: UnsafePointer<Float>, shape: Shape3) {
    self.shape = shape
    rowWords = (shape.width + 63) / 64
    words = [UInt64](repeating: 0, count: shape.depth * shape.height * rowWords)
    for row in 0..<shape.depth * shape.height {
      for x in 0..<shape.width where values[row * shape.width + x] != 0 {
        words[row * rowWords + x >> 6] |= 1 << UInt64(x & 63)
      }
    }
  }

  /// Whether voxel x of a row is in the mask; rows are counted over all planes.
  @inline(__always)
  func contains(row: Int, x: Int) -> Bool {
    words[row * rowWords + x >> 6] >> UInt64(x & 63) & 1 == 1
  }

  /// The voxels outside.
  var complement: MaskBits {
    var result = self
    let used = shape.width & 63
    let last: UInt64 = used == 0 ? .max : 1 << UInt64(used) - 1
    for index in result.words.indices {
      result.words[index] = ~result.words[index]
      if index % rowWords == rowWords - 1 { result.words[index] &= last }
    }
    return result
  }

  /// The voxels that see a voxel of the mask through the element; outside of the array is no mask.
  func dilated(by element: BallElement) -> MaskBits {
    var result = self
    for index in result.words.indices { result.words[index] = 0 }
    for (run, lines) in element.linesByRun {
      let widened = widened(by: run)
      for line in lines {
        for z in max(0, -line.z)..<max(0, -line.z, min(shape.depth, shape.depth - line.z)) {
          let rows = max(0, -line.y)..<max(0, -line.y, min(shape.height, shape.height - line.y))
          let target = (z * shape.height + rows.lowerBound) * rowWords
          let source = ((z + line.z) * shape.height + rows.lowerBound + line.y) * rowWords
          for index in 0..<rows.count * rowWords {
            result.words[target + index] |= widened[source + index]
          }
        }
      }
    }
    return result
  }

  /// The voxels that see nothing but the mask through the element; outside of the array counts as mask.
  func eroded(by element: BallElement) -> MaskBits {
    complement.dilated(by: element).complement
  }

  /// Every row's voxels x for which the mask holds one of x + run.
  private func widened(by run: ClosedRange<Int>) -> [UInt64] {
    var result = [UInt64](repeating: 0, count: words.count)
    let used = shape.width & 63
    let last: UInt64 = used == 0 ? .max : 1 << UInt64(used) - 1
    for first in stride(from: 0, to: words.count, by: rowWords) {
      if words[first..<first + rowWords].allSatisfy({ $0 == 0 }) { continue }
      for shift in run {
        let (whole, part) = (abs(shift) >> 6, UInt64(abs(shift) & 63))
        for index in 0..<rowWords {
          // Bit x of the result is bit x + shift of the row.
          let (near, far) =
            shift >= 0 ? (index + whole, index + whole + 1) : (index - whole, index - whole - 1)
          var word: UInt64 = 0
          if 0..<rowWords ~= near {
            word = shift >= 0 ? words[first + near] >> part : words[first + near] << part
          }
          if part > 0, 0..<rowWords ~= far {
            word |=
              shift >= 0 ? words[first + far] << (64 - part) : words[first + far] >> (64 - part)
          }
          result[first + index] |= word
        }
      }
      result[first + rowWords - 1] &= last
    }
    return result
  }
}

/// The voxels of a ball about a voxel, as offsets.
///
/// Along each axis whole(2 r + 1) samples lie evenly on -r ... r; those at a distance of at most r from the middle belong to the ball. An
/// even number of samples has no middle one, and the ball then reaches one voxel further forwards than backwards.
///
/// - Source: scikit-image's `ball` for radii that are no whole numbers, as batchgeneratorsv2 uses it.
struct BallElement {
  struct Line {
    let z: Int
    let y: Int
  }
  /// For each run of offsets along a row, the lines that have it.
  let linesByRun: [(run: ClosedRange<Int>, lines: [Line])]

  /// A ball, or within one plane a disk.
  init(radius: Double, isFlat: Bool) {
    let count = Int(2 * radius + 1)
    let step = count > 1 ? 2 * radius / Double(count - 1) : 0
    let samples = (0..<count).map { Double($0) * step - radius }
    let before = (count - 1) / 2
    var lines: [ClosedRange<Int>: [Line]] = [:]
    for z in isFlat ? 0..<1 : 0..<count {
      for y in 0..<count {
        let inside = (0..<count).filter { x in
          let depth = isFlat ? 0 : samples[z] * samples[z]
          return samples[x] * samples[x] + samples[y] * samples[y] + depth <= radius * radius
        }
        if let first = inside.first, let last = inside.last {
          lines[first - before...last - before, default: []].append(
            Line(z: isFlat ? 0 : z - before, y: y - before))
        }
      }
    }
    linesByRun = lines.sorted {
      ($0.key.lowerBound, $0.key.upperBound) < ($1.key.lowerBound, $1.key.upperBound)
    }
    .map { ($0.key, $0.value) }
  }
}
