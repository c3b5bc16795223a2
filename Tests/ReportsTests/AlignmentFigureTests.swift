import Reports
import Testing
import Volumes

@Suite struct AlignmentFigureTests {
  /// A bright cube in the middle of a grid of 30 x 30 x 20 voxels, moved along x.
  private func cube(movedBy shift: Int) -> Volume<Float> {
    let grid = Geometry(extent: Extent(x: 30, y: 30, z: 20), spacing: Vector3(1, 1, 1.5))
    var volume = Volume<Float>(repeating: 10, geometry: grid)
    for z in 5..<15 {
      for y in 8..<22 { for x in 8..<22 { volume[x + shift, y, z] = 200 } }
    }
    return volume
  }

  private func orange(_ image: RasterImage, _ rows: Range<Int>) -> [Int] {
    rows.flatMap { y in
      (0..<image.width).filter { x in
        let colour = image[x, y]
        return Int(colour.red) - Int(colour.blue) > 120
      }
    }
  }

  @Test func edgesAreOrangeInTheLowerRowAlone() {
    let image = AlignmentFigure(fixed: cube(movedBy: 0), moving: cube(movedBy: 0), title: "").image
    let half = 40 + (image.height - 40) / 2
    #expect(orange(image, 0..<half).isEmpty)
    #expect(orange(image, half..<image.height).count > 500)
  }

  @Test func edgesMoveWithTheMovingImage() throws {
    let fixed = cube(movedBy: 0)
    let first = AlignmentFigure(fixed: fixed, moving: fixed, title: "").image
    let second = AlignmentFigure(fixed: fixed, moving: cube(movedBy: 5), title: "").image
    let rows = first.height / 2..<first.height
    // The cube's left edge in the axial plane, the first of the row, lies farther right.
    let (a, b) = (orange(first, rows).min() ?? 0, orange(second, rows).min() ?? 0)
    #expect(b > a + 20)
  }

  @Test func checkerboardShowsBothImages() {
    let fixed = cube(movedBy: 0)
    var dark = fixed
    // A contrast turned round: bright squares and dark squares alternate in the cube.
    dark.voxels = dark.voxels.map { 210 - $0 }
    let plain = AlignmentFigure(fixed: fixed, moving: fixed, title: "").image
    let mixed = AlignmentFigure(fixed: fixed, moving: dark, title: "").image
    let y = 40 + (plain.height - 40) / 4
    let changed = (0..<plain.width).count { plain[$0, y] != mixed[$0, y] }
    let kept = (0..<plain.width).count { plain[$0, y] == mixed[$0, y] && plain[$0, y].red > 200 }
    #expect(changed > 100 && kept > 50)
  }
}
