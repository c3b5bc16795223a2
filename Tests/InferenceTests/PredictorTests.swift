import Datasets
import Inference
import Networks
import Planning
import Preprocessing
import Safetensors
import Tensors
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(.serialized)
struct PredictorTests {
  @Test func maskLiesOnTheGridOfTheImage() throws {
    let geometry = Geometry(
      extent: Extent(x: 19, y: 12, z: 23), spacing: Vector3(0.9, 1.3, 0.7),
      origin: Vector3(-31.25, 7.5, 102.125),
      direction: Matrix3(
        columns: Vector3(0, 1, 0), Vector3(-0.8, 0, 0.6), Vector3(0.6, 0, 0.8)))
    var image = Volume(voxels: noise(geometry.extent.shape, seed: 1).elements, geometry: geometry)
    // A border of zeros that is cropped.
    for y in 0..<12 { for x in 0..<19 { image[x, y, 0] = 0 } }
    let folder = try TemporaryFolder()
    try image.write(to: "\(folder.path)/image.nii")
    let read = try Volume<Float>(contentsOf: "\(folder.path)/image.nii")
    var tiny = TinyPlan()
    tiny.transpose = [1, 0, 2]
    let predictor = try predictor(tiny)
    let mask = try predictor.segment(read)
    #expect(mask.extent == read.extent)
    #expect(mask.geometry.spacing == read.geometry.spacing)
    #expect(mask.geometry.origin == read.geometry.origin)
    #expect(mask.geometry.direction == read.geometry.direction)
    #expect(mask.geometry.niftiOrientation == read.geometry.niftiOrientation)
    #expect(mask.geometry.niftiOrientation != nil)
    #expect(mask.labels.contains { $0 > 0 })
    let border = (0..<12).flatMap { y in (0..<19).map { mask[$0, y, 0] } }
    #expect(border.allSatisfy { $0 == 0 })
    try mask.write(to: "\(folder.path)/mask.nii")
    // Bytes 76 ... 107 and 252 ... 327 of a NIfTI header say where its voxels lie.
    let (a, b) = (
      try bytes(ofFile: "\(folder.path)/image.nii"), try bytes(ofFile: "\(folder.path)/mask.nii")
    )
    #expect(a[76..<108] == b[76..<108] && a[252..<328] == b[252..<328])
  }

  @Test func sameImageGivesTheSameMask() throws {
    let predictor = try predictor(TinyPlan())
    let image = Volume(
      voxels: noise(Shape3(20, 18, 30), seed: 2).elements,
      geometry: Geometry(extent: Extent(x: 30, y: 18, z: 20)))
    #expect(try predictor.segment(image).labels == predictor.segment(image).labels)
  }

  @Test func imageOfNaNIsRefused() throws {
    var array = noise(Shape3(20, 18, 30), seed: 2)
    array.elements[5000] = .nan
    let geometry = Geometry(extent: array.shape.extent)
    let predictor = try predictor(TinyPlan())
    let entry = PreprocessedCase(
      channels: [array], labels: nil,
      properties: CaseProperties(
        spacing: [1, 1, 1], shapeBeforeCropping: array.shape, box: ArrayBox(whole: array.shape)))
    let error = #expect(throws: InferenceError.self) {
      try predictor.segment(entry, onto: geometry, id: "case_7")
    }
    #expect(error == .notFinite(id: "case_7"))
    expectOneLine(error, naming: ["case_7", "not finite"])
    // An image as read is refused before the network sees it.
    let image = CaseImages(Volume(voxels: array.elements, geometry: geometry))
    let earlier = #expect(throws: InferenceError.self) {
      try predictor.segment(image, id: "case_7")
    }
    guard case .preprocessing(.intensities(id: "case_7", channel: 0, _)) = earlier else {
      Issue.record("\(String(describing: earlier))")
      return
    }
  }

  @Test func wrongNumberOfChannelsIsRefused() throws {
    let predictor = try predictor(TinyPlan())
    let volume = Volume<Float>(
      repeating: 1, geometry: Geometry(extent: Extent(x: 8, y: 8, z: 8)))
    let error = #expect(throws: InferenceError.self) {
      try predictor.segment(CaseImages(volume, volume), id: "two")
    }
    #expect(error == .preprocessing(.channelCount(id: "two", expected: 1, found: 2)))
    let array = noise(Shape3(8, 8, 8), seed: 1)
    let entry = PreprocessedCase(
      channels: [array, array], labels: nil,
      properties: CaseProperties(
        spacing: [1, 1, 1], shapeBeforeCropping: array.shape, box: ArrayBox(whole: array.shape)))
    let second = #expect(throws: InferenceError.self) {
      try predictor.segment(entry, onto: volume.geometry, id: "two")
    }
    #expect(second == error)
    expectOneLine(error, naming: ["two", "2 channels"])
  }

  @Test func caseLargerThanMemoryIsRefused() throws {
    let predictor = try predictor(TinyPlan())
    let (shape, image) = (Shape3(100, 200, 300), Shape3(400, 600, 600))
    let properties = CaseProperties(
      spacing: [1, 1, 1], shapeBeforeCropping: image, box: ArrayBox(whole: image))
    func refusal(_ logits: KeptLogits, _ shape: Shape3 = shape) throws -> InferenceError? {
      try predictor.checkMemory(
        for: shape, of: properties, keeping: logits, id: "large", available: 1 << 33)
      return #expect(throws: InferenceError.self) {
        try predictor.checkMemory(
          for: shape, of: properties, keeping: logits, id: "large", available: 100 << 20)
      }
    }
    // Three label maps of 288 MB, whatever the depth of the network's grid.
    let error = try refusal(.planes)
    guard case .memory(let id, let needed, let available) = error,
      case .memory(_, let deeper, _) = try refusal(.planes, Shape3(1000, 200, 300)),
      case .memory(_, let whole, _) = try refusal(.whole)
    else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(needed == 3 * 288_000_000 && deeper == needed)
    // Three classes of logits of 24 MB, and slabs of three classes of at least one plane.
    #expect(whole > needed + 3 * 24_000_000 + 3 * 4 * 360_000 && whole < needed + 200_000_000)
    #expect(id == "large" && available == 100 << 20)
    expectOneLine(error, naming: ["large", "\(needed >> 20) MiB", "100 MiB"])
  }

  private func predictor(_ tiny: TinyPlan) throws -> Predictor {
    try Predictor(
      networks: [try tiny.network(classes: 3, seed: 1)], on: try Device(precision: .float32),
      preprocessor: try tiny.preprocessor(), labels: try labelSet([1, 2]),
      mirrorAxes: [0, 1, 2])
  }
}

/// Checks that a message fits on one line and names what a user needs.
func expectOneLine(
  _ error: (some Error & CustomStringConvertible)?, naming parts: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let text = error?.description ?? ""
  #expect(!text.contains("\n") && !text.isEmpty, sourceLocation: sourceLocation)
  for part in parts {
    #expect(text.contains(part), "\(text)", sourceLocation: sourceLocation)
  }
}
