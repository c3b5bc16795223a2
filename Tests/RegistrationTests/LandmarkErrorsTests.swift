import Registration
import SpatialTransforms
import Testing
import Volumes

@Suite struct LandmarkErrorsTests {
  /// Distances 1 to 10 mm: the figures of numpy.
  @Test func figuresOfTenLandmarks() {
    let fixed = (0..<10).map { Vector3(Double($0), 5, -3) }
    let moving = fixed.enumerated().map { $1 + Vector3(2, 0, Double(10 - $0)) }
    let errors = LandmarkErrors(from: fixed, to: moving) { $0 + Vector3(2, 0, 0) }
    #expect(errors.distances == (0..<10).map { Double(10 - $0) })
    #expect(errors.mean == 5.5)
    #expect(abs(errors.standardDeviation - 3.0276503540974917) < 1e-12)
    #expect(errors.median == 5.5)
    #expect(abs(errors.percentile95 - 9.55) < 1e-12)
    #expect(errors.largest == 10)
    #expect(errors.meanOfWorst == 9)
  }

  @Test func oneLandmarkIsEnough() {
    let errors = LandmarkErrors(from: [Vector3(0, 0, 0)], to: [Vector3(3, 4, 0)])
    #expect(errors.mean == 5 && errors.median == 5 && errors.percentile95 == 5)
    #expect(errors.standardDeviation == 0 && errors.meanOfWorst == 5)
  }
}
