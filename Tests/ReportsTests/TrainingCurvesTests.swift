import Reports
import Testing

@Suite struct TrainingCurvesTests {
  @Test func constantDiceRunsThroughTheMiddleOfItsChart() {
    let epoch = TrainingCurves.Epoch(
      trainingLoss: 1, validationLoss: 2, pseudoDice: .nan, smoothedPseudoDice: 0.5,
      learningRate: 0.01)
    let image = TrainingCurves(epochs: Array(repeating: epoch, count: 10)).image
    // The chart's scale runs from 0 at row 741 to 1 at row 444.
    let green = Colour.palette[2]
    #expect(image[600, 592] == green)
    #expect(image[600, 588] != green && image[600, 597] != green)
  }

  @Test(arguments: [0, 1, 2, 1000]) func anyNumberOfEpochsGivesAPicture(count: Int) {
    var epochs: [TrainingCurves.Epoch] = []
    for index in 0..<count {
      var epoch = TrainingCurves.Epoch(
        trainingLoss: -Double(index) / 1000, validationLoss: .nan, pseudoDice: .infinity,
        smoothedPseudoDice: 0.1, learningRate: 0)
      epoch.seconds = Double(index)
      epochs.append(epoch)
    }
    let image = TrainingCurves(epochs: epochs).image
    #expect(image.width == 1200 && image.height == 1080)
    let blue = Colour.palette[4]
    var bluePixels = 0
    for y in 90..<385 { for x in 65..<1136 where image[x, y] == blue { bluePixels += 1 } }
    #expect((bluePixels > 1000) == (count > 1), "\(bluePixels)")
  }
}
