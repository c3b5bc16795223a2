import RandomNumbers

/// One patient: the shapes of the organs of a child's upper abdomen, in mm about the body's middle.
///
/// x points to the patient's left, y to the back, z to the head.
struct Anatomy {
  /// A growth of irregular outline inside the liver.
  struct Lesion {
    var shape: Ellipsoid
    /// Height of the outline's irregularity in mm.
    var roughness: Float
    /// Whether the middle is dead tissue.
    var isNecrotic: Bool
  }

  let body: Ellipsoid
  let vertebra: Ellipsoid
  let spinalCanal: Ellipsoid
  let backMuscles: [Ellipsoid]
  let aorta: Ellipsoid
  let venaCava: Ellipsoid
  let stomach: Ellipsoid
  let spleen: Ellipsoid
  let kidneys: [Ellipsoid]
  let renalPelves: [Ellipsoid]
  let rightLobe: Ellipsoid
  let leftLobe: Ellipsoid
  let gallbladder: Ellipsoid
  private(set) var lesions: [Lesion] = []
  private(set) var cysts: [Ellipsoid] = []

  /// Thickness of the abdominal wall's fat and muscle in mm.
  let fatThickness: Float
  let wallThickness: Float

  init(using generator: inout SplitMix64) {
    let size = generator.uniform(0.93...1.07)
    func organ(
      _ centre: SIMD3<Float>, _ halfAxes: SIMD3<Float>, _ degrees: Float = 0, _ shift: Float = 4
    ) -> Ellipsoid {
      let moved = SIMD3(
        generator.uniform(-shift...shift), generator.uniform(-shift...shift),
        generator.uniform(-shift...shift))
      let stretched = SIMD3(
        generator.uniform(0.9...1.1), generator.uniform(0.9...1.1), generator.uniform(0.9...1.1))
      return Ellipsoid(
        centre: (centre + moved) * size, halfAxes: halfAxes * stretched * size,
        turnedBy: degrees + generator.uniform(-8...8))
    }
    let endless: Float = 4000
    let width = 78 * size * generator.uniform(0.97...1.03)
    let depth = 57 * size * generator.uniform(0.95...1.05)
    body = Ellipsoid(centre: .zero, halfAxes: SIMD3(width, depth, endless))
    fatThickness = generator.uniform(3...7)
    wallThickness = generator.uniform(4...6)
    vertebra = organ([0, 27, 0], [13, 11, endless], 0, 1)
    spinalCanal = organ([0, 42, 0], [6, 5, endless], 0, 0.5)
    backMuscles = [
      organ([-20, 41, 0], [13, 9, endless], 12, 1), organ([20, 41, 0], [13, 9, endless], -12, 1),
    ]
    aorta = organ([5, 11, 0], [4.5, 4.5, endless], 0, 1.5)
    venaCava = organ([-9, 9, 0], [6, 5, endless], 0, 1.5)
    stomach = organ([27, -22, 14], [24, 15, 19], 20)
    spleen = organ([50, 14, 12], [13, 23, 24], 20)
    let kidneys = [
      organ([-33, 24, -12], [14, 12, 25], 25), organ([33, 23, -6], [14, 12, 26], -25),
    ]
    self.kidneys = kidneys
    renalPelves = kidneys.map { kidney in
      let medial: Float = kidney.centre.x < 0 ? 6 : -6
      return Ellipsoid(
        centre: kidney.centre + SIMD3(medial, -2, 0),
        halfAxes: SIMD3(generator.uniform(3...6), 3.5, generator.uniform(6...11)))
    }
    rightLobe = organ([-34, -4, 10], [38, 38, 36], -10)
    leftLobe = organ([0, -26, 18], [34, 17, 18], 8)
    gallbladder = organ([-20, -24, -16], [8, 8, 13], 0, 3)
    addGrowths(using: &generator)
  }

  private mutating func addGrowths(using generator: inout SplitMix64) {
    let count = generator.chance(0.45) ? (generator.chance(0.4) ? 3 : 2) : 1
    for index in 0..<count {
      let radius = index == 0 ? generator.uniform(13...21) : generator.uniform(7...14)
      guard let shape = growth(radius: radius, using: &generator) else { continue }
      lesions.append(
        Lesion(
          shape: shape, roughness: radius * generator.uniform(0.25...0.4),
          isNecrotic: radius > 10 && generator.chance(0.7)))
    }
    if generator.chance(0.35),
      let cyst = growth(radius: generator.uniform(4...7), using: &generator)
    {
      cysts.append(cyst)
    }
  }

  /// An ellipsoid inside the liver and apart from earlier ones, or nil if none is found.
  private func growth(radius: Float, using generator: inout SplitMix64) -> Ellipsoid? {
    var radius = radius
    for _ in 0..<200 {
      let place = SIMD3(
        generator.uniform(-1...1), generator.uniform(-1...1), generator.uniform(-1...1))
      let centre = rightLobe.centre + place * rightLobe.halfAxes
      let wall = body.distance(centre) + fatThickness + wallThickness
      let isInside = max(lobes(centre), wall) < -0.75 * radius
      let isApart =
        lesions.allSatisfy { $0.shape.distance(centre) > radius + 4 }
        && cysts.allSatisfy { $0.distance(centre) > radius + 2 }
        && gallbladder.distance(centre) > radius && venaCava.distance(centre) > 0.8 * radius
      if isInside && isApart && abs(centre.z) < 26 {
        let stretch = SIMD3(
          generator.uniform(0.85...1.15), generator.uniform(0.85...1.15),
          generator.uniform(0.85...1.15))
        return Ellipsoid(
          centre: centre, halfAxes: radius * stretch, turnedBy: generator.uniform(0...180))
      }
      radius *= 0.99
    }
    return nil
  }

  /// Signed distance in mm from the surface of the liver's two lobes.
  func lobes(_ point: SIMD3<Float>) -> Float {
    smoothUnion(rightLobe.distance(point), leftLobe.distance(point), width: 12)
  }
}
