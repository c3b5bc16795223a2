import RandomNumbers
import Reports
import TestSupport
import Testing
import VolumeFiles

@Suite struct DrawingTests {
  @Test func linesCoverTheirThickness() {
    var image = RasterImage(width: 40, height: 20, colour: .white)
    image.stroke([[Point(x: 5, y: 10.5), Point(x: 35, y: 10.5)]], thickness: 3, .black)
    for y in 0..<20 {
      let expected: Colour = (9...11).contains(y) ? .black : .white
      #expect(image[20, y] == expected, "row \(y)")
    }
    #expect(image[2, 10] == .white && image[38, 10] == .white)
  }

  @Test func slantedLineHasTheRightArea() {
    var image = RasterImage(width: 100, height: 100, colour: .white)
    image.stroke([[Point(x: 10, y: 20), Point(x: 80, y: 70)]], thickness: 4, .black)
    var area = 0.0
    for y in 0..<100 { for x in 0..<100 { area += 1 - Double(image[x, y].red) / 255 } }
    let length = (70.0 * 70 + 50 * 50).squareRoot()
    // A rectangle and two half discs.
    #expect(abs(area - (length * 4 + Double.pi * 4)) < 4)
  }

  @Test func crossingsAreNoDarker() {
    let line = [Point(x: 3, y: 3.2), Point(x: 17, y: 12.7)]
    var once = RasterImage(width: 20, height: 20, colour: .white)
    once.stroke([line], thickness: 1.5, .black)
    var twice = RasterImage(width: 20, height: 20, colour: .white)
    twice.stroke([line, line.reversed()], thickness: 1.5, .black)
    #expect(once == twice)
  }

  @Test func drawingOutsideThePictureIsHarmless() {
    var image = RasterImage(width: 10, height: 10, colour: .white)
    let blank = image
    image.stroke([[Point(x: -50, y: -50), Point(x: -20, y: 60)]], thickness: 3, .black)
    image.stroke([[Point(x: .nan, y: 1), Point(x: .infinity, y: 60)], []], thickness: 3, .black)
    #expect(image == blank)
    image.stroke([[Point(x: -1000, y: 5.5), Point(x: 1000, y: 5.5)]], thickness: 1, .black)
    #expect(image[0, 5] == .black && image[9, 5] == .black && image[5, 7] == .white)
  }

  @Test func lettersDiffer() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:-+/()%=_'×±<>·"
    let shapes = letters.map { StrokeFont.lines(of: String($0), at: Point(x: 0, y: 0), height: 12) }
    for first in shapes.indices {
      #expect(!shapes[first].isEmpty)
      for second in shapes.indices where second > first {
        let pair = [first, second].map { String(Array(letters)[$0]) }
        // Zero and capital O are one shape, as on many signs.
        if pair != ["O", "0"] { #expect(shapes[first] != shapes[second], "\(pair)") }
      }
    }
  }

  @Test func contourOfOnePixelIsADiamond() {
    let lines = contours(width: 5, height: 5) { $0 == 2 && $1 == 3 }
    #expect(lines.count == 4)
    #expect(
      Set(lines.joined()) == [
        Point(x: 1.5, y: 3), Point(x: 2.5, y: 3), Point(x: 2, y: 2.5), Point(x: 2, y: 3.5),
      ])
  }

  /// Every end of a line meets exactly one other, whatever the mask; at the plane's edge too.
  @Test(arguments: 0..<10) func contoursAreClosed(seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let mask = (0..<9 * 7).map { _ in generator.chance(0.5) }
    let lines = contours(width: 9, height: 7) { mask[$1 * 9 + $0] }
    var ends: [Point: Int] = [:]
    for point in lines.joined() { ends[point, default: 0] += 1 }
    #expect(ends.values.allSatisfy { $0 == 2 })
    // A line's end lies between two pixels of which one is inside.
    var changes = 0
    for y in 0..<7 {
      for x in 0...9 {
        let (left, right) = (x > 0 && mask[y * 9 + x - 1], x < 9 && mask[y * 9 + x])
        if left != right { changes += 1 }
      }
    }
    #expect(ends.keys.count { $0.x != $0.x.rounded() } == changes)
  }

  @Test func axesEndAtRoundNumbers() {
    let axis = Axis(for: [-0.83, 0.41, .nan], tickCount: 5)
    #expect(axis.ticks.map(axis.label) == ["-1.0", "-0.5", "0.0", "0.5"])
    let small = Axis(for: [0.0001, 0.01], tickCount: 5, including: [0])
    #expect(
      small.ticks.map(small.label) == ["0.000", "0.002", "0.004", "0.006", "0.008", "0.010"])
    let constant = Axis(for: [21], tickCount: 3)
    #expect(constant.range.contains(21) && constant.ticks.count >= 2)
    for values in [[], [Double.nan], [0], [1e-9, 2e-9], [1e12, 3e12], [-5e300, 5e300]] {
      let axis = Axis(for: values, tickCount: 4)
      #expect((2...12).contains(axis.ticks.count), "\(values)")
      for value in values where value.isFinite { #expect(axis.range.contains(value)) }
    }
    #expect(Axis(epochs: 1).ticks == [1, 2])
    #expect(Axis(epochs: 100).ticks == [1, 20, 40, 60, 80, 100])
  }

  @Test func picturesAreWrittenAsTheyAre() throws {
    let folder = try TemporaryFolder()
    var image = RasterImage(width: 7, height: 5, colour: .white)
    image[3, 2] = Colour(red: 1, green: 2, blue: 3)
    try image.write(to: folder.path + "/picture.png")
    let read = try PNGFile.read(folder.path + "/picture.png")
    #expect(read.width == 7 && read.height == 5 && read.channelCount == 3)
    #expect(read.samples == .eightBit(image.bytes))
    let error = try #require(throws: ReportError.self) { try image.write(to: "/nowhere/a.png") }
    #expect(error.description.hasPrefix("/nowhere/a.png: "))
  }
}
