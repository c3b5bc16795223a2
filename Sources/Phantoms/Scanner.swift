import RandomNumbers

/// How one site images: pulse sequences, grid, coil and noise.
struct Scanner {
  var sequences: PulseSequences
  /// Range of the spacing in a slice in mm.
  var inPlaneSpacing: ClosedRange<Float>
  /// Range of the distance of slices in mm.
  var sliceSpacing: ClosedRange<Float>
  /// Largest turn of the slices about each axis in degrees; 0 is straight axial.
  var largestObliquity: Float
  /// How many of the cases are turned at all.
  var obliqueFraction: Float
  /// Standard deviation of the noise as a fraction of the brightest soft tissue's signal.
  var noise: ClosedRange<Float>
  /// Depth of the coil's shading as a fraction of the signal.
  var shading: ClosedRange<Float>

  /// The site of the training cases.
  static func home(_ size: PhantomCohort.Size) -> Scanner {
    Scanner(
      sequences: PulseSequences(
        echoTime: 85, repetitionTime: 4200, gradientEchoRepetitionTime: 4.8, flipAngle: 12,
        remainingFat: 0.35),
      inPlaneSpacing: size.spacings.inPlane, sliceSpacing: size.spacings.slices,
      largestObliquity: 6, obliqueFraction: 0.3,
      // Sharp scans are long ones.
      noise: size == .sharp ? 0.008...0.014 : 0.02...0.035, shading: 0.1...0.2)
  }

  /// Another site with an older machine: other contrast, thicker slices, more noise and shading,
  /// oblique slices.
  static func external(_ size: PhantomCohort.Size) -> Scanner {
    Scanner(
      sequences: PulseSequences(
        echoTime: 72, repetitionTime: 3000, gradientEchoRepetitionTime: 6.5, flipAngle: 15,
        remainingFat: 0.6),
      inPlaneSpacing: size.externalSpacings.inPlane, sliceSpacing: size.externalSpacings.slices,
      largestObliquity: 10, obliqueFraction: 0.8, noise: 0.035...0.055, shading: 0.2...0.35)
  }
}

extension PhantomCohort.Size {
  /// Ranges of the spacings at the site of the training cases in mm.
  fileprivate var spacings: (inPlane: ClosedRange<Float>, slices: ClosedRange<Float>) {
    switch self {
    case .quick: (2.35...2.65, 3.7...4.3)
    case .full: (1.6...1.8, 2.8...3.2)
    case .sharp: (1.35...1.45, 1.35...1.45)
    }
  }

  /// The same at the other site.
  fileprivate var externalSpacings: (inPlane: ClosedRange<Float>, slices: ClosedRange<Float>) {
    switch self {
    case .quick: (2.1...2.3, 4.6...5.2)
    case .full: (1.4...1.6, 3.6...4.2)
    case .sharp: (1.25...1.35, 1.6...1.8)
    }
  }
}
