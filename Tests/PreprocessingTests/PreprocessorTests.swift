import Datasets
import JSONDocuments
import Parallelism
import Planning
import Preprocessing
import Safetensors
import TestSupport
import Testing
import Volumes

/// Whole cases against `DefaultPreprocessor.run_case` of nnU-Net 2.8.1, from the same files.
@Suite struct PreprocessorTests {
  static let names = [
    "joint", "separate_current", "separate_new", "transposed_102", "transposed_201_separate",
    "masked", "masked_unlabelled", "ct_regions_ignore", "rescale_rgb_none_ct", "flat_2d",
    "flat_2d_thick", "single_slice", "single_slice_2d", "empty", "same_grid",
  ]

  /// nnU-Net resamples in double and normalises in single precision; the difference reached is 2.6e-7
  /// of a channel's range.
  @Test(arguments: names)
  func equalsTheReference(name: String) throws {
    let small = try SmallCase(name)
    let found = try small.preprocessed()
    let shape = try small.expected.tensor(named: "image").shape
    #expect([found.channels.count] + found.shape.lengths == shape)
    for (channel, difference) in try small.relativeDifferences(found).enumerated() {
      #expect(difference <= 1e-6, "channel \(channel) differs by \(difference) of its range")
    }
    if small.entry.labels == nil {
      #expect(found.labels == nil)
    } else {
      #expect(try #require(found.labels).elements == small.expected.int16s("labels"))
    }
  }

  @Test(arguments: names)
  func propertiesEqualTheReference(name: String) throws {
    let small = try SmallCase(name)
    let found = try small.preprocessed().properties
    #expect(found.spacing == small.facts["spacing"]?.doubles)
    #expect(found.shapeBeforeCropping.lengths == small.facts["shape_before_cropping"]?.ints)
    #expect(found.shapeAfterCropping.lengths == small.facts["shape_after_cropping"]?.ints)
    #expect(found.box.lower == small.facts["box_lower"]?.ints)
    #expect(found.box.upper == small.facts["box_upper"]?.ints)
  }

  @Test(arguments: names.filter { $0 != "masked_unlabelled" })
  func locationsEqualTheReference(name: String) throws {
    let small = try SmallCase(name)
    let labels = try #require(small.preprocessed().labels)
    let sampling = ClassLocationSampling(small.description.labels)
    let found = sampling.locations(in: labels)
    #expect(found.count == small.expected.names.count { $0.hasPrefix("locations.") })
    for (index, positions) in found.enumerated() {
      #expect(try positions == small.expected.int32s("locations.\(index)"), "class \(index)")
    }
    #expect(sampling.hasAnnotatedClass == (name == "ct_regions_ignore"))
  }

  @Test func otherNumberOfChannelsIsRefused() throws {
    let (one, two) = (try SmallCase("joint"), try SmallCase("masked"))
    let preprocessor = try Preprocessor(two.plan, configuration: "c")
    let images = try CaseImages(of: one.entry)
    #expect(throws: PreprocessingError.channelCount(id: "x", expected: 2, found: 1)) {
      try preprocessor.preprocess(images, id: "x")
    }
  }

  @Test func unknownConfigurationIsRefused() throws {
    let plan = try SmallCase("joint").plan
    #expect(throws: PreprocessingError.self) { try Preprocessor(plan, configuration: "3d_lowres") }
  }

  /// A volume of 4 x 4 x 4 voxels with one of them changed.
  private func image(_ value: Float, spacing: Vector3 = Vector3(1, 1, 1)) -> CaseImages {
    let geometry = Geometry(extent: Extent(x: 4, y: 4, z: 4), spacing: spacing)
    var volume = Volume<Float>(voxels: (0..<64).map(Float.init), geometry: geometry)
    volume[1, 2, 3] = value
    return CaseImages(volume)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func intensitiesThatAreNoNumbersAreRefused(value: Float) throws {
    for name in ["joint", "rescale_rgb_none_ct"] {
      let plan = try SmallCase(name).plan
      let channels = plan.foregroundIntensities.count
      for channel in 0..<channels {
        // Clipping to percentiles copes with infinities.
        if channel == 3, !value.isNaN { continue }
        let volumes = (0..<channels).map { index -> Volume<Float> in
          let images = image(index == channel ? value : 1)
          return Volume(voxels: images.channels[0].elements, geometry: images.geometry)
        }
        let images =
          channels == 1
          ? CaseImages(volumes[0]) : CaseImages(volumes[0], volumes[1], volumes[2], volumes[3])
        let error = try #require(throws: PreprocessingError.self) {
          try Preprocessor(plan, configuration: "c").preprocess(images, id: "x")
        }
        guard case .intensities("x", channel, _) = error else {
          Issue.record("\(name), channel \(channel): \(error)")
          continue
        }
      }
    }
  }

  @Test(arguments: [Float(-1), 256])
  func coloursOutsideTheirRangeAreRefused(value: Float) throws {
    let plan = try SmallCase("rescale_rgb_none_ct").plan
    let (fine, bad) = (image(1), image(value))
    let volumes = [fine, bad].map { Volume(voxels: $0.channels[0].elements, geometry: $0.geometry) }
    let error = try #require(throws: PreprocessingError.self) {
      try Preprocessor(plan, configuration: "c").preprocess(
        CaseImages(volumes[0], volumes[1], volumes[0], volumes[0]), id: "x")
    }
    #expect(error.description.contains("channel 1: RGB intensities must lie in 0 ... 255"))
  }

  @Test func impossibleSizesAreRefusedAndVanishingAxesKept() throws {
    let preprocessor = try Preprocessor(try SmallCase("joint").plan, configuration: "c")
    #expect(
      throws: PreprocessingError.tooLarge(
        id: "x", spacing: [1e30, 1, 1], expected: [1, 0.8, 0.95])
    ) {
      try preprocessor.preprocess(image(1, spacing: Vector3(1, 1, 1e30)), id: "x")
    }
    let thin = try preprocessor.preprocess(image(1, spacing: Vector3(0.1, 1, 1)), id: "x")
    #expect(thin.shape == Shape3(4, 5, 1))
  }

  @Test func threadsDoNotChangeAnything() throws {
    let small = try SmallCase("masked")
    let parallel = try small.preprocessed()
    let serial = try ThreadBudget.serially { try small.preprocessed() }
    #expect(parallel.channels.map(\.elements) == serial.channels.map(\.elements))
    #expect(parallel.labels?.elements == serial.labels?.elements)
  }
}
