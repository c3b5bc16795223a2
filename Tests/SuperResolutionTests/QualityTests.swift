import JSONDocuments
import SuperResolution
import Testing
import Volumes

@Suite struct QualityTests {
  @Test func figuresEqualScikitImage() throws {
    let fixture = try Fixture("images")
    let expected = try JSONValue(contentsOf: "\(Fixture.folder)/quality.json")
    let found = ImageQuality(of: try fixture.array("image"), truth: try fixture.array("truth"))
    func difference(_ value: Double, _ name: String) throws -> Double {
      abs(value - (try #require(expected[name]?.double)))
    }
    #expect(try difference(found.peakSignalToNoise, "psnr") < 1e-4)
    #expect(try difference(found.structuralSimilarity, "ssim") < 1e-5)
    #expect(try difference(found.normalisedError, "nmse") < 1e-8)
    #expect(try difference(found.gradientError, "gradient") < 1e-5)
  }

  @Test func equalImagesAreAsGoodAsCanBe() throws {
    let truth = try Fixture("images").array("truth")
    let found = ImageQuality(of: truth, truth: truth)
    #expect(found.peakSignalToNoise == .infinity)
    #expect(abs(found.structuralSimilarity - 1) < 1e-6)
    #expect(found.normalisedError == 0 && found.gradientError == 0)
  }
}
