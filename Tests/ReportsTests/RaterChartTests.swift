import Reports
import Testing
import Volumes

@Suite struct RaterChartTests {
  /// The larger a number the darker its cell, and the diagonal is empty.
  @Test func matrixCellsDarkenWithTheirNumber() {
    let chart = MatrixChart(
      names: ["a", "b", "c"],
      values: [[.nan, 0.6, 0.9], [0.6, .nan, 0.75], [0.9, 0.75, .nan]], title: "Dice")
    let image = chart.image
    // A corner of a cell, off its number.
    func level(_ row: Int, _ column: Int) -> Int {
      let cell = 110
      let left = image.width - 24 - 3 * cell
      return Int(image[max(left, 0) + column * cell + 6, 84 + row * cell + 6].red)
    }
    #expect(level(0, 1) > level(1, 2) && level(1, 2) > level(0, 2))
    #expect(level(0, 1) == level(1, 0))
    #expect(level(1, 1) == 0xE4)
  }

  /// Every subject has its dot, and the line of the bias is drawn at its height.
  @Test func blandAltmanShowsSubjectsAndBias() {
    let points = [(10.0, 1.0), (20, -1), (30, 3)].map { (mean: $0.0, difference: $0.1) }
    func picture(_ points: [(mean: Double, difference: Double)]) -> RasterImage {
      BlandAltmanChart(
        panels: [.init(title: "a - b", points: points, bias: 1, limits: (-2, 4))],
        title: "t", unit: "ml"
      ).image
    }
    let all = picture(points)
    let none = picture([(10, .nan), (20, .nan), (30, .nan)])
    let blue = Colour(red: 0, green: 0x72, blue: 0xB2)
    let rows = (0..<all.height).filter { all[100, $0] == blue }
    #expect(!rows.isEmpty && rows.count <= 2)
    // Black dots of five pixels across, three of them.
    let black = all.bytes.count { $0 == 0 } - none.bytes.count { $0 == 0 }
    #expect(black > 3 * 3 * 12 && black < 3 * 3 * 40)
  }

  @Test func pagesEscapeTheirTexts() {
    var page = HTMLPage(title: "a < b & c")
    page.table([["\"x\""], ["<y>"]])
    #expect(page.text.contains("<h1>a &lt; b &amp; c</h1>"))
    #expect(
      page.text.contains("<th>&quot;x&quot;</th>") && page.text.contains("<td>&lt;y&gt;</td>"))
  }

  /// Every rater's colour is in the picture.
  @Test func overlaysShowAllRaters() {
    let grid = Geometry(extent: Extent(x: 30, y: 30, z: 6))
    let maps = (0..<3).map { rater in
      LabelMap(
        labels: (0..<grid.extent.count).map { voxel in
          let (x, y) = (voxel % 30, voxel / 30 % 30)
          return x > 4 + 3 * rater && x < 20 + 3 * rater && y > 8 && y < 20 ? 1 : 0
        }, geometry: grid)
    }
    let image = Overlay(
      of: Volume(repeating: 0, geometry: grid),
      raters: zip(["a", "b", "c"], maps).map { (name: $0, map: $1) }, title: "t"
    ).image
    var colours: Set<Colour> = []
    for y in 60..<image.height { for x in 0..<image.width { colours.insert(image[x, y]) } }
    for colour in Colour.palette.prefix(3) { #expect(colours.contains(colour)) }
  }
}
