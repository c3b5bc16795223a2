import Glibc
import RandomNumbers
import Volumes

extension PhantomCohort {
  /// Makes one case.
  ///
  /// - Parameter member: One of ``members``.
  /// - Returns: Its images and labels.
  /// - Complexity: About a microsecond per voxel; runs on the calling thread, so that cases can be
  ///   made in parallel.
  public func makeCase(_ member: Member) -> PhantomCase {
    let scanner = member.group == .externalSite ? Scanner.external(size) : Scanner.home(size)
    var generator = SplitMix64(seed: seed, stream: member.patient)
    let patient = Patient(using: &generator)
    let geometry = grid(scanner, using: &generator)
    var examination = Examination(
      patient: patient, geometry: geometry, scanner: scanner, phase: phase, generator: generator)
    return examination.images()
  }

  /// Slices that cover the body's width and about 90 mm of its length, turned and placed at random.
  private func grid(_ scanner: Scanner, using generator: inout SplitMix64) -> Geometry {
    let inPlane = generator.uniform(scanner.inPlaneSpacing)
    let between = generator.uniform(scanner.sliceSpacing)
    let extent = Extent(
      x: Int((180 / inPlane).rounded()), y: Int((146 / inPlane).rounded()),
      z: Int((90 / between).rounded()))
    var direction = Matrix3.identity
    let isOblique = generator.chance(scanner.obliqueFraction)
    for axis in 0..<3 {
      let angle = generator.uniform(-scanner.largestObliquity...scanner.largestObliquity)
      if isOblique { direction = direction * rotation(about: axis, degrees: Double(angle)) }
    }
    // The table: the body's middle stands at (0, 0, 0) of the anatomy, anywhere in the scanner.
    var geometry = Geometry(
      extent: extent, spacing: Vector3(Double(inPlane), Double(inPlane), Double(between)),
      direction: direction)
    let middle = Vector3(
      Double(extent.x - 1) / 2, Double(extent.y - 1) / 2, Double(extent.z - 1) / 2)
    geometry.origin =
      geometry.worldPoint(ofVoxel: middle) * -1
      + Vector3(
        0, Double(generator.uniform(-3...3)), Double(generator.uniform(-6...6)))
    return geometry
  }

  private func rotation(about axis: Int, degrees: Double) -> Matrix3 {
    let (c, s) = (cos(degrees * .pi / 180), sin(degrees * .pi / 180))
    var matrix = Matrix3.identity
    let (a, b) = ((axis + 1) % 3, (axis + 2) % 3)
    (matrix[a, a], matrix[a, b]) = (c, -s)
    (matrix[b, a], matrix[b, b]) = (s, c)
    return matrix
  }
}

/// An anatomy with the deformation and the textures that make it irregular.
private struct Patient {
  let anatomy: Anatomy
  let bend: [SmoothNoise]
  let outline: [SmoothNoise]
  let bowel: [SmoothNoise]
  let texture: [SmoothNoise]
  let vessels: [SmoothNoise]

  init(using generator: inout SplitMix64) {
    anatomy = Anatomy(using: &generator)
    func noise(_ scales: Float...) -> [SmoothNoise] {
      scales.map { SmoothNoise(scale: $0, using: &generator) }
    }
    bend = noise(34, 34, 34)
    outline = noise(11, 6)
    bowel = noise(16, 9)
    texture = noise(7, 3)
    vessels = noise(17, 17)
  }

  /// How far from here the undeformed anatomy has what stands at this point, in mm.
  func displacement(_ point: SIMD3<Float>) -> SIMD3<Float> {
    Self.largestDisplacement * SIMD3(bend[0](point), bend[1](point), 0.7 * bend[2](point))
  }

  static let largestDisplacement: Float = 7

  func irregularity(_ point: SIMD3<Float>) -> Anatomy.Irregularity {
    Anatomy.Irregularity(
      outline: 1.2 * outline[0](point) + 0.35 * outline[1](point),
      bowel: bowel[0](point) + 0.6 * bowel[1](point))
  }
}

/// One patient in one scanner.
private struct Examination {
  let patient: Patient
  let geometry: Geometry
  let scanner: Scanner
  let phase: PhantomCohort.Phase
  var generator: SplitMix64

  /// Points per voxel along x, y, z where tissues meet; slices are thicker than voxels are wide.
  private static let subdivisions = (x: 2, y: 2, z: 4)

  mutating func images() -> PhantomCase {
    let signals = tissueSignals()
    var images = [
      [Float](repeating: 0, count: geometry.extent.count),
      [Float](repeating: 0, count: geometry.extent.count),
    ]
    var labels = [LabelMap.Label](repeating: 0, count: geometry.extent.count)
    forEachVoxel { index, centre in
      let (signal, label) = voxel(at: centre, signals)
      images[0][index] = signal.x
      images[1][index] = signal.y
      labels[index] = label
    }
    for channel in images.indices { acquire(&images[channel]) }
    return PhantomCase(
      channels: images.map { Volume(voxels: $0, geometry: geometry) },
      labels: LabelMap(labels: labels, geometry: geometry))
  }

  /// Every patient's tissue differs a little from the textbook's.
  private mutating func tissueSignals() -> [SIMD2<Float>] {
    Tissue.allCases.map {
      scanner.sequences.signal(of: $0, in: phase)
        * SIMD2(generator.uniform(0.93...1.07), generator.uniform(0.93...1.07))
    }
  }

  private func forEachVoxel(_ body: (_ index: Int, _ centre: SIMD3<Float>) -> Void) {
    let extent = geometry.extent
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x {
          let point = geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z)))
          body(extent.index(x, y, z), SIMD3(Float(point.x), Float(point.y), Float(point.z)))
        }
      }
    }
  }

  /// Mean signal of a voxel and the label that fills most of it.
  private func voxel(
    at centre: SIMD3<Float>, _ signals: [SIMD2<Float>]
  ) -> (SIMD2<Float>, LabelMap.Label) {
    // The deformation varies over centimetres: one value serves the whole voxel.
    if patient.anatomy.body.distance(centre) > Patient.largestDisplacement + reach {
      return (.zero, 0)
    }
    let displacement = patient.displacement(centre)
    let irregularity = patient.irregularity(centre)
    let finding = patient.anatomy.finding(at: centre, displacement, irregularity)
    let variation = 0.7 * patient.texture[0](centre) + 0.5 * patient.texture[1](centre)
    let vessel = vesselFraction(centre)
    func signal(_ tissue: Tissue) -> SIMD2<Float> {
      var signal = signals[tissue.rawValue]
      if tissue == .liver {
        signal += (signals[Tissue.vessel.rawValue] - signal) * vessel
      }
      return signal * (1 + tissue.heterogeneity * variation)
    }
    if finding.margin > reach { return (signal(finding.tissue), finding.label) }

    var sum = SIMD2<Float>.zero
    var fill = SIMD4<Int32>.zero
    for offset in offsets {
      let part = patient.anatomy.finding(at: centre + offset, displacement, irregularity)
      sum += signal(part.tissue)
      fill[Int(part.label)] += 1
    }
    var label = 0
    for other in 1..<4 where fill[other] > fill[label] { label = other }
    return (sum / Float(offsets.count), LabelMap.Label(label))
  }

  /// Liver vessels lie where two smooth functions are both near zero: along curves.
  private func vesselFraction(_ point: SIMD3<Float>) -> Float {
    let (a, b) = (patient.vessels[0](point), patient.vessels[1](point))
    return max(0, 1 - (a * a + b * b).squareRoot() / 0.16)
  }

  private let offsets: [SIMD3<Float>]
  /// Half a voxel's diagonal in mm, and a margin for distances that are exact to first order only.
  private let reach: Float

  init(
    patient: Patient, geometry: Geometry, scanner: Scanner, phase: PhantomCohort.Phase,
    generator: SplitMix64
  ) {
    self.patient = patient
    self.geometry = geometry
    self.scanner = scanner
    self.phase = phase
    self.generator = generator
    let spacing = geometry.spacing
    let parts = Self.subdivisions
    var offsets: [SIMD3<Float>] = []
    for z in 0..<parts.z {
      for y in 0..<parts.y {
        for x in 0..<parts.x {
          let step = Vector3(
            ((Double(x) + 0.5) / Double(parts.x) - 0.5) * spacing.x,
            ((Double(y) + 0.5) / Double(parts.y) - 0.5) * spacing.y,
            ((Double(z) + 0.5) / Double(parts.z) - 0.5) * spacing.z)
          let offset = geometry.direction * step
          offsets.append(SIMD3(Float(offset.x), Float(offset.y), Float(offset.z)))
        }
      }
    }
    self.offsets = offsets
    reach = 0.65 * Float(spacing.length)
  }

  /// Coil shading, the receiver's gain, Rician noise and whole numbers.
  ///
  /// - Source: Gudbjartsson, Patz, "The Rician distribution of noisy MRI data", 1995,
  ///   doi:10.1002/mrm.1910340618.
  private mutating func acquire(_ image: inout [Float]) {
    let shading = SmoothNoise(scale: 110, using: &generator)
    let depth = generator.uniform(scanner.shading)
    let slope = SIMD3(generator.uniform(-1...1), generator.uniform(-1...1), 0) * depth / 90
    let brightest = image.max() ?? 1
    let gain = generator.uniform(700...1600) / max(brightest, .leastNormalMagnitude)
    let deviation = generator.uniform(scanner.noise) * gain * brightest * 0.5
    var noise = [Float](repeating: 0, count: 2 * image.count)
    noise.withUnsafeMutableBufferPointer {
      generator.fillNormal($0, standardDeviation: deviation)
    }
    forEachVoxel { index, centre in
      let coil = 1 + depth * shading(centre) + (slope * centre).sum()
      let real = image[index] * gain * max(coil, 0.1) + noise[2 * index]
      let imaginary = noise[2 * index + 1]
      image[index] = (real * real + imaginary * imaginary).squareRoot().rounded()
    }
  }
}
