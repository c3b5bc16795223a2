import Parallelism
import RegionsOfInterest
internal import Volumes

/// A rater with everything prepared to draw with different strengths up to a largest one.
struct RaterCanvas {
  private let rater: SimulatedRater
  private let distances: [BorderDistances]

  /// - Throws: ``SimulationError/region(_:)`` where memory does not suffice.
  init(_ rater: SimulatedRater, upToStrength strength: Double) throws(SimulationError) {
    self.rater = rater
    let slices = rater.sliceBias.map { abs($0) }.max() ?? 0
    let margin =
      strength
      * (abs(rater.bias) + slices + Double(SmoothField.largest) * rater.style.noise)
      + rater.rigid.largestMove(strength: strength, radius: rater.radius)
    let (spacing, extent) = (rater.geometry.spacing, rater.geometry.extent)
    func voxels(_ spacing: Double, _ most: Int) -> Int {
      let count = (margin / spacing).rounded(.up) + 1
      return count < Double(most) ? Int(count) : most
    }
    let reach = Extent(
      x: voxels(spacing.x, extent.x), y: voxels(spacing.y, extent.y),
      z: voxels(spacing.z, extent.z))
    let boxes = rater.structures.map {
      $0.box.expanded(by: reach).intersection(with: VoxelBox(all: extent))
    }
    do throws(RegionError) {
      for box in boxes { try checkMemory(voxels: box.extent, bytesPerVoxel: 40) }
    } catch { throw .region(error) }
    distances = zip(rater.structures, boxes).map { structure, box in
      BorderDistances(
        of: structure.region.cropped(to: box.moved(by: structure.box)), onGridAt: box)
    }
  }

  /// What the rater draws with a strength up to the largest.
  func drawing(strength: Double) -> LabelMap {
    var result = LabelMap(
      labels: Array(repeating: 0, count: rater.geometry.extent.count), geometry: rater.geometry)
    // How deep behind the border of its structure every labelled voxel lies.
    var depths = [Float](
      repeating: 0, count: rater.structures.count > 1 ? result.labels.count : 0)
    var reached: [Mask] = []
    for (structure, distances) in zip(rater.structures, distances) {
      let (values, touching) = displaced(structure, distances, strength)
      let box = distances.box
      var index = 0
      for z in box.z {
        for y in box.y {
          let row = result.extent.index(box.x.lowerBound, y, z)
          for position in row..<row + box.x.count {
            let value = values[index]
            index += 1
            guard value <= 0 else { continue }
            if depths.isEmpty {
              result.labels[position] = structure.label
            } else if result.labels[position] == 0 || value < depths[position] {
              (result.labels[position], depths[position]) = (structure.label, value)
            }
          }
        }
      }
      reached.append(Mask(voxels: touching, geometry: rater.geometry.cropped(to: box)))
    }
    for ((structure, distances), touching) in zip(zip(rater.structures, distances), reached) {
      removeLooseParts(of: structure.label, in: distances.box, touching: touching, of: &result)
    }
    return result
  }

  /// Distances to the displaced border in mm, and which voxels the shifted true structure has.
  private func displaced(
    _ structure: SimulatedRater.Structure, _ distances: BorderDistances, _ strength: Double
  ) -> (values: [Float], touching: [Bool]) {
    let box = distances.box
    let count = box.extent.count
    var touching = [Bool](repeating: false, count: count)
    let values = [Float](unsafeUninitializedCapacity: count) { values, initialized in
      initialized = count
      touching.withUnsafeMutableBufferPointer { touching in
        nonisolated(unsafe) let (values, touching) = (values, touching)
        parallelFor(box.z.count) { slice in
          withUnsafeTemporaryAllocation(of: Float.self, capacity: box.x.count) { waves in
            for y in slice * box.y.count..<(slice + 1) * box.y.count {
              let row = y * box.x.count..<(y + 1) * box.x.count
              let target = UnsafeMutableBufferPointer(rebasing: values[row])
              lookUp(distances, row: y, strength, target)
              for x in target.indices { touching[row.lowerBound + x] = target[x] <= 0 }
              displace(structure, box, row: y, strength, target, waves)
            }
          }
        }
      }
    }
    return (values, touching)
  }

  /// Distances to the shifted true border in a row of a box.
  private func lookUp(
    _ distances: BorderDistances, row: Int, _ strength: Double,
    _ target: UnsafeMutableBufferPointer<Float>
  ) {
    if rater.rigid.isNone(strength: strength) {
      distances.copy(row: row, to: target)
      return
    }
    let start = start(ofRow: row, in: distances.box)
    let first = rater.rigid.source(start, strength: strength)
    let second = rater.rigid.source(
      Vector3(start.x + rater.geometry.spacing.x, start.y, start.z), strength: strength)
    distances.sample(from: first, step: second - first, to: target)
  }

  /// Takes bias and noise from the distances of a row.
  private func displace(
    _ structure: SimulatedRater.Structure, _ box: VoxelBox, row: Int, _ strength: Double,
    _ target: UnsafeMutableBufferPointer<Float>, _ waves: UnsafeMutableBufferPointer<Float>
  ) {
    let (z, y) = row.quotientAndRemainder(dividingBy: box.y.count)
    for x in target.indices {
      let slice = sliceBias(
        box.x.lowerBound + x, box.y.lowerBound + y, box.z.lowerBound + z)
      target[x] -= Float(strength * (rater.bias + slice))
    }
    let amplitude = Float(rater.style.noise * strength)
    let limit = amplitude * SmoothField.largest
    // Where noise decides nothing it is not worth its waves.
    guard amplitude > 0, target.contains(where: { abs($0) <= limit }) else { return }
    structure.field.fill(
      waves, from: start(ofRow: row, in: box), step: rater.geometry.spacing.x)
    for x in target.indices { target[x] -= amplitude * waves[x] }
  }

  /// Place of a row's first voxel, in mm from the grid's first along its axes.
  private func start(ofRow row: Int, in box: VoxelBox) -> Vector3 {
    let (z, y) = row.quotientAndRemainder(dividingBy: box.y.count)
    let spacing = rater.geometry.spacing
    return Vector3(
      Double(box.x.lowerBound) * spacing.x, Double(box.y.lowerBound + y) * spacing.y,
      Double(box.z.lowerBound + z) * spacing.z)
  }

  private func sliceBias(_ x: Int, _ y: Int, _ z: Int) -> Double {
    switch rater.style.sliceAxis {
    case .x: rater.sliceBias[x]
    case .y: rater.sliceBias[y]
    case .z: rater.sliceBias[z]
    }
  }

  /// Noise far from the border makes islands that nobody would draw.
  private func removeLooseParts(
    of label: LabelMap.Label, in box: VoxelBox, touching: Mask, of map: inout LabelMap
  ) {
    let parts = ConnectedComponents(
      of: map.cropped(to: box).mask(of: [label]), connectivity: .corners)
    let kept = Set(parts.numbers(meeting: [.touching(touching)]))
    for run in parts.runs where !kept.contains(run.component) {
      let (row, x) = run.voxels.lowerBound.quotientAndRemainder(dividingBy: box.x.count)
      let (z, y) = row.quotientAndRemainder(dividingBy: box.y.count)
      let start = map.extent.index(
        box.x.lowerBound + x, box.y.lowerBound + y, box.z.lowerBound + z)
      for position in start..<start + run.voxels.count { map.labels[position] = 0 }
    }
  }
}
