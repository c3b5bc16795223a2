import Reports
import Testing
import Volumes

@Suite struct OverlayTests {
  /// A cube of 40 mm, bright, in voxels of 2 by 1 by 5 mm.
  private let geometry = Geometry(
    extent: Extent(x: 40, y: 80, z: 16), spacing: Vector3(2, 1, 5))

  private func cube() -> (Volume<Float>, LabelMap) {
    var volume = Volume<Float>(repeating: 10, geometry: geometry)
    var labels = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    for z in 4..<12 {
      for y in 20..<60 {
        for x in 10..<30 {
          volume[x, y, z] = 200
          labels[x, y, z] = 1
        }
      }
    }
    return (volume, labels)
  }

  @Test func aCubeLooksSquareInAllThreePlanes() {
    let (volume, _) = cube()
    var settings = Overlay.Settings()
    settings.axialSlices = 0
    let image = Overlay(of: volume, title: "", settings: settings).image
    // Columns and rows of the three bright squares, left to right.
    let bright = (0..<image.width).filter { x in
      (60..<image.height - 40).contains { image[x, $0].red > 127 }
    }
    var runs: [[Int]] = []
    for x in bright {
      if let last = runs.last?.last, last == x - 1 {
        runs[runs.count - 1].append(x)
      } else {
        runs.append([x])
      }
    }
    #expect(runs.count == 3)
    for run in runs {
      let middle = run[run.count / 2]
      let height = (60..<image.height - 40).count { image[middle, $0].red > 127 }
      #expect(abs(height - run.count) <= 3, "\(run.count) by \(height)")
      #expect(run.count > 100)
    }
  }

  @Test func orientationOfTheFileDoesNotMatter() throws {
    var (volume, labels) = cube()
    volume[5, 5, 14] = 255
    labels[12, 25, 9] = 2
    let picture = Overlay(of: volume, prediction: labels, title: "a").image
    for letters in ["RAS", "SAL", "PIR"] {
      let codes = try #require(AxisCodes(letters))
      let turned = Overlay(
        of: volume.reoriented(to: codes), prediction: labels.reoriented(to: codes), title: "a")
      #expect(turned.image == picture, "\(letters)")
    }
    #expect(Overlay(of: volume, reference: labels, title: "b").image != picture)
  }

  @Test func referenceAndPredictionHaveTheirColours() {
    let (volume, labels) = cube()
    let (orange, blue) = (Colour.palette[0], Colour.palette[1])
    func pixels(_ overlay: Overlay, _ colour: Colour) -> Int {
      let image = overlay.image
      var count = 0
      for y in 60..<image.height {
        for x in 0..<image.width where image[x, y] == colour { count += 1 }
      }
      return count
    }
    let nothing = LabelMap(labels: labels.labels.map { _ in 0 }, geometry: geometry)
    let missed = Overlay(of: volume, reference: labels, prediction: nothing, title: "")
    #expect(pixels(missed, blue) > 500 && pixels(missed, orange) == 0)
    let invented = Overlay(of: volume, reference: nothing, prediction: labels, title: "")
    #expect(pixels(invented, orange) > 500 && pixels(invented, blue) == 0)
    // The prediction's thin line lies on the reference's broad one.
    let both = Overlay(of: volume, reference: labels, prediction: labels, title: "")
    #expect(pixels(both, orange) > 500 && both.image != invented.image)
    var second = labels
    second.labels = second.labels.map { 2 * $0 }
    let single = Overlay(of: volume, prediction: second, title: "")
    #expect(pixels(single, blue) > 500 && pixels(single, orange) == 0)
    #expect(pixels(Overlay(of: volume, title: ""), blue) == 0)
  }

  @Test func extremeVolumesGiveAPicture() {
    for extent in [Extent(x: 1, y: 1, z: 1), Extent(x: 3, y: 200, z: 2)] {
      let geometry = Geometry(extent: extent, spacing: Vector3(0.1, 1, 30))
      for value: Float in [0, .nan, .infinity] {
        let labels = LabelMap(
          labels: Array(repeating: 9, count: extent.count), geometry: geometry)
        let volume = Volume(repeating: value, geometry: geometry)
        let image = Overlay(of: volume, reference: labels, title: "x").image
        #expect(image.width == 1200 && image.height < 20_000)
      }
    }
  }
}
