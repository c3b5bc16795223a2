public import RandomNumbers

/// What is done to the masks of the previous stage in one sample, so that the network does not trust them blindly.
public struct MaskErrors: Hashable, Sendable, Codable {
  /// Structures that grow or shrink, one after another.
  public var morphologies: [MaskMorphology] = []
  /// Components that vanish, one after another.
  public var removals: [ComponentRemoval] = []

  /// No error.
  public init() {}

  /// Changes the channels of the structures, each 0 or 1.
  public func apply(to masks: PatchMemory) {
    for morphology in morphologies { morphology.apply(to: masks) }
    for removal in removals { removal.apply(to: masks) }
  }
}

/// Draws errors of the previous stage's masks.
///
/// - Source: nnU-Net 2.8.1's training transforms of a cascade.
public struct RandomMaskErrors: Hashable, Sendable, Codable {
  /// Probability that structures of a sample grow or shrink.
  public var morphologyProbability: Float = 0.4
  /// Probability of each structure, then.
  public var morphologyProbabilityPerStructure: Float = 0.5
  /// Radius in voxels.
  public var radiusRange: ClosedRange<Float> = 1...8
  /// Probability that structures of a sample lose a component.
  public var removalProbability: Float = 0.2
  /// Probability of each structure, then.
  public var removalProbabilityPerStructure: Float = 0.5
  /// Components of this share of the patch, or more, stay.
  public var removalSizeLimit: Float = 0.15

  /// The reference's probabilities and ranges.
  public init() {}

  /// Draws the errors of one sample.
  public func draw(structureCount: Int, from generator: inout SplitMix64) -> MaskErrors {
    var errors = MaskErrors()
    if generator.chance(morphologyProbability) {
      let chosen = Self.choose(
        of: structureCount, morphologyProbabilityPerStructure, &generator)
      errors.morphologies = chosen.map { structure in
        let operations = MaskMorphology.Operation.allCases
        let operation = operations[generator.uniformInteger(in: 0...operations.count - 1)]
        return MaskMorphology(
          structure: structure, operation: operation, radius: generator.uniform(radiusRange))
      }
    }
    if generator.chance(removalProbability) {
      let chosen = Self.choose(of: structureCount, removalProbabilityPerStructure, &generator)
      errors.removals = chosen.map { structure in
        ComponentRemoval(
          structure: structure, choice: generator.uniform(0...1), sizeLimit: removalSizeLimit)
      }
    }
    return errors
  }

  /// Structures in random order, each with the given probability.
  private static func choose(
    of count: Int, _ probability: Float, _ generator: inout SplitMix64
  ) -> [Int] {
    var order = Array(0..<count)
    for index in order.indices.dropFirst().reversed() {
      order.swapAt(index, generator.uniformInteger(in: 0...index))
    }
    return order.filter { _ in generator.chance(probability) }
  }

  /// Checks that every probability is one and that the ranges make sense.
  ///
  /// - Throws: ``AugmentationError``.
  public func validate() throws(AugmentationError) {
    for (name, value) in [
      ("mask morphology", morphologyProbability),
      ("mask morphology per structure", morphologyProbabilityPerStructure),
      ("component removal", removalProbability),
      ("component removal per structure", removalProbabilityPerStructure),
    ] where !(0...1).contains(value) {
      throw .invalidProbability(setting: name, found: value)
    }
    guard radiusRange.lowerBound >= 0.5, radiusRange.upperBound <= 64 else {
      throw .invalidRange(
        setting: "mask morphology radius", found: radiusRange, expected: "0.5 ... 64 voxels")
    }
  }
}
