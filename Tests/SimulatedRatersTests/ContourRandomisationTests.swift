import Parallelism
import RandomNumbers
import RegionsOfInterest
import SimulatedRaters
import Testing
import Volumes

@Suite struct ContourRandomisationTests {
  private func small() throws -> ContourRandomisation {
    var settings = SupervoxelSettings()
    settings.volume = 120
    return try ContourRandomisation(
      of: Phantom.main, in: Phantom.image(noise: 60), settings: settings)
  }

  /// Over 1000 draws every supervoxel is in as often as its rule says, within three standard errors.
  @Test func inclusionFrequencies() throws {
    let contours = try small()
    var counts = [Int](repeating: 0, count: contours.overlaps.count)
    for draw in 0..<1000 {
      var generator = SplitMix64(seed: 11, stream: draw)
      for (index, isIn) in contours.choice(using: &generator).enumerated() where isIn {
        counts[index] += 1
      }
    }
    let most = contours.overlaps.max()
    let main = contours.overlaps.firstIndex(of: most ?? 1)
    var byChance = 0
    for (index, (count, overlap)) in zip(counts, contours.overlaps).enumerated() {
      if index == main || overlap >= 0.9 {
        #expect(count == 1000)
      } else if overlap < 0.2 {
        #expect(count == 0)
      } else {
        byChance += 1
        let error = (overlap * (1 - overlap) / 1000).squareRoot()
        #expect(abs(Double(count) / 1000 - overlap) < 3 * error, "\(index): \(overlap)")
      }
    }
    // The image must have supervoxels across the border for the test to say anything.
    #expect(byChance > 20)
  }

  @Test func masksFollowTheChoice() throws {
    let contours = try small()
    var (first, second) = (SplitMix64(seed: 1), SplitMix64(seed: 1))
    let mask = try contours.mask(using: &first)
    let choice = contours.choice(using: &second)
    let numbers = contours.supervoxels.numbers
    let offset = (
      Int((numbers.geometry.origin.x - mask.geometry.origin.x) / mask.geometry.spacing.x),
      Int((numbers.geometry.origin.y - mask.geometry.origin.y) / mask.geometry.spacing.y),
      Int((numbers.geometry.origin.z - mask.geometry.origin.z) / mask.geometry.spacing.z)
    )
    // Closing only adds.
    for z in 0..<numbers.extent.z {
      for y in 0..<numbers.extent.y {
        for x in 0..<numbers.extent.x where choice[Int(numbers[x, y, z])] {
          #expect(mask[x + offset.0, y + offset.1, z + offset.2])
        }
      }
    }
    var (third, fourth) = (SplitMix64(seed: 1), SplitMix64(seed: 2))
    #expect(try contours.mask(using: &third).voxels == mask.voxels)
    #expect(try contours.mask(using: &fourth).voxels != mask.voxels)
  }

  /// Where the image shows the border, supervoxels follow it, and all raters draw nearly the same.
  @Test func clearEdgesLeaveNoChoice() throws {
    var settings = SupervoxelSettings()
    settings.smoothing = 0.25
    let image = Volume<Float>(
      voxels: Phantom.main.voxels.enumerated().map { index, isInside in
        isInside ? 100 + Float(index % 60) / 3 : 20
      }, geometry: Phantom.geometry)
    let contours = try ContourRandomisation(of: Phantom.main, in: image, settings: settings)
    #expect(contours.overlaps.allSatisfy { $0 < 0.1 || $0 > 0.9 })
    var generator = SplitMix64(seed: 1)
    let mask = try contours.mask(using: &generator).labelMap()
    #expect(mask.meanDice(with: Phantom.main.labelMap()) > 0.98)
  }

  /// Every supervoxel is connected, none is far smaller than the rest, and threads change nothing.
  @Test func supervoxelsAreConnectedParts() throws {
    let image = Phantom.image(noise: 30)
    let scaled = Volume(
      voxels: image.voxels.map { min(max($0 / 140, 0), 1) }, geometry: image.geometry)
    let parts = Supervoxels(of: scaled)
    ThreadBudget.serially {
      #expect(Supervoxels(of: scaled).numbers.voxels == parts.numbers.voxels)
    }
    // 500 mm³ are 250 voxels of 2 mm³.
    let expected = image.extent.count / 250
    #expect(parts.count > expected / 2 && parts.count < 2 * expected, "\(parts.count)")
    for number in 0..<parts.count {
      let mask = Mask(
        voxels: parts.numbers.voxels.map { $0 == Int32(number) }, geometry: image.geometry)
      let components = ConnectedComponents(of: mask, connectivity: .faces)
      #expect(components.count == 1)
      #expect(components.sizes[0] >= 100)
    }
  }

  /// One round of clustering, by trying every centre for every voxel.
  @Test func uniformImagesGiveARegularGrid() {
    let grid = Geometry(extent: Extent(x: 40, y: 40, z: 10), spacing: Vector3(1, 1, 4))
    var settings = SupervoxelSettings()
    settings.volume = 1000
    let parts = Supervoxels(of: Volume(repeating: 0.5, geometry: grid), settings: settings)
    // 40 mm along every axis in steps of 10 mm: voxels go to the nearest of 4 × 4 × 4 centres.
    #expect(parts.count == 64)
    for z in 0..<10 {
      for y in 0..<40 {
        for x in 0..<40 where z < 2 || (z > 2 && z < 5) {
          let (i, j) = (x / 10 * 10 + 5, y / 10 * 10 + 5)
          #expect(parts.numbers[x, y, z] == parts.numbers[i, j, z])
        }
      }
    }
  }

  @Test func otherGridsAreRefused() {
    let other = Geometry(extent: Extent(x: 5, y: 5, z: 5))
    #expect(throws: SimulationError.self) {
      try ContourRandomisation(of: Phantom.main, in: Volume(repeating: 0, geometry: other))
    }
    #expect(throws: SimulationError.nothingSegmented) {
      try ContourRandomisation(
        of: Mask(repeating: false, geometry: Phantom.geometry), in: Phantom.image(noise: 1))
    }
  }
}
