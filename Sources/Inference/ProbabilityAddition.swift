import Datasets
import ElementaryFunctions
import Parallelism
import Planning
import Preprocessing
import Resampling
import Volumes

/// Adds the probabilities that logits mean to maps on the image's grid, slab by slab.
///
/// Outside the part of the image that was kept, the background has probability 1, and every region 0.
///
/// - Source: nnU-Net 2.8.1's `export_prediction.py`; softmax and sigmoid in single precision.
struct ProbabilityAddition {
  private let maps: ProbabilityMaps
  private let place: Placement
  /// Whether classes exclude one another; regions do not.
  private let isExclusive: Bool

  /// - Parameters:
  ///   - maps: Sums so far, as many classes, of the image's extent; what was cropped away is added to
  ///     them here.
  ///   - heads: What the classes stand for.
  ///   - properties: The way back.
  ///   - plan: The plan, for the order of the axes.
  init(
    to maps: ProbabilityMaps, _ heads: LabelSet.Heads, _ properties: CaseProperties,
    _ plan: SegmentationPlan
  ) {
    precondition(heads.count == maps.classes, "\(heads.count) classes for \(maps.classes) maps")
    self.maps = maps
    place = Placement(properties, forward: plan.transposeForward, image: maps.shape)
    if case .labels = heads {
      isExclusive = true
      place.addOutside(to: maps.map(0))
    } else {
      isExclusive = false
    }
  }

  /// Adds the probabilities of a slab of logits.
  func take(_ slab: ResampledSlab) {
    // Every call writes rows of its own.
    nonisolated(unsafe) let (slab, targets) = (slab, (0..<maps.classes).map { maps.map($0) })
    parallelFor(slab.shape.depth * slab.shape.height) { [place, isExclusive] row in
      let (plane, line) = row.quotientAndRemainder(dividingBy: slab.shape.height)
      let start = row * slab.shape.width
      let to = place.offset(slab.planes.lowerBound + plane, line)
      for column in 0..<slab.shape.width {
        let voxel = to + column * place.steps[2]
        if isExclusive {
          var largest = -Float.infinity
          for channel in slab.channels { largest = max(largest, channel[start + column]) }
          var sum: Float = 0
          for channel in slab.channels { sum += exponential(channel[start + column] - largest) }
          for (target, channel) in zip(targets, slab.channels) {
            target[voxel] += exponential(channel[start + column] - largest) / sum
          }
        } else {
          for (target, channel) in zip(targets, slab.channels) {
            target[voxel] += 1 / (1 + exponential(-channel[start + column]))
          }
        }
      }
    }
  }
}

/// Where the kept part of an image lies in its memory.
private struct Placement {
  /// Elements of the image between neighbours along the transposed axes.
  let steps: [Int]
  private let properties: CaseProperties

  init(_ properties: CaseProperties, forward: [Int], image: Shape3) {
    let strides = [image.height * image.width, image.width, 1]
    steps = forward.map { strides[$0] }
    self.properties = properties
    precondition(
      (0..<3).allSatisfy { properties.shapeBeforeCropping[$0] == image[forward[$0]] },
      "an image of \(image) for a case of \(properties.shapeBeforeCropping), transposed by \(forward)"
    )
  }

  /// Position of the first voxel of a row of the kept part.
  func offset(_ plane: Int, _ line: Int) -> Int {
    let lower = properties.box.lower
    return (plane + lower[0]) * steps[0] + (line + lower[1]) * steps[1] + lower[2] * steps[2]
  }

  /// Adds 1 to every voxel that was cropped away.
  func addOutside(to map: UnsafeMutableBufferPointer<Float>) {
    let (shape, box) = (properties.shapeBeforeCropping, properties.box)
    if shape == box.shape { return }
    for i in 0..<shape.depth {
      for j in 0..<shape.height {
        let isInside =
          (box.lower[0]..<box.upper[0]).contains(i) && (box.lower[1]..<box.upper[1]).contains(j)
        for l in 0..<shape.width {
          if isInside, (box.lower[2]..<box.upper[2]).contains(l) { continue }
          map[i * steps[0] + j * steps[1] + l * steps[2]] += 1
        }
      }
    }
  }
}
