extension Anatomy {
  /// The smooth noise that one voxel's points share.
  struct Irregularity {
    /// Irregularity of lesions' outlines, about -1 to 1.
    var outline: Float
    /// Decides between bowel and fat, about -1 to 1.
    var bowel: Float
  }

  /// What stands at a point.
  struct Finding {
    var tissue = Tissue.air
    var label: UInt16 = 0
    /// Distance in mm to the nearest change of tissue; points of a smaller neighbourhood find the
    /// same.
    var margin: Float = .infinity

    /// Paints a shape over what was found before.
    mutating func paint(_ distance: Float, _ tissue: Tissue, label: UInt16 = 0) {
      margin = min(margin, abs(distance))
      if distance < 0 {
        self.tissue = tissue
        self.label = label
      }
    }
  }

  /// Tissue and label at a point.
  ///
  /// - Parameters:
  ///   - place: The point in mm about the body's middle.
  ///   - displacement: The patient's own deformation there; organs follow it wholly, the body's
  ///     outline by a third.
  ///   - irregularity: The smooth noise there.
  /// - Returns: What stands at the point.
  func finding(
    at place: SIMD3<Float>, _ displacement: SIMD3<Float>, _ irregularity: Irregularity
  ) -> Finding {
    var finding = Finding()
    let point = place + displacement
    let skin = body.distance(place + 0.35 * displacement)
    finding.paint(skin, .fat)
    if finding.tissue == .air { return finding }
    finding.paint(skin + fatThickness, .muscle)
    let cavity = skin + fatThickness + wallThickness + 1
    finding.paint(cavity, irregularity.bowel > -0.05 ? .bowel : .fat)
    for muscle in backMuscles { finding.paint(muscle.distance(point), .muscle) }
    finding.paint(vertebra.distance(point), .bone)
    finding.paint(spinalCanal.distance(point), .spinalFluid)
    finding.paint(aorta.distance(point), .vessel)
    finding.paint(max(stomach.distance(point), cavity), .stomach)
    finding.paint(max(spleen.distance(point), cavity), .spleen)
    paintLiver(point, cavity: cavity, irregularity, &finding)
    finding.paint(venaCava.distance(point), .vessel)
    finding.paint(gallbladder.distance(point), .bile)
    for (kidney, pelvis) in zip(kidneys, renalPelves) {
      let surface = max(kidney.distance(point), cavity)
      // A thin capsule of fat parts the kidney from its neighbours.
      finding.paint(surface - 2.5, .fat)
      finding.paint(surface, .renalCortex, label: PhantomCohort.kidney)
      finding.paint(surface + 5, .renalMedulla, label: PhantomCohort.kidney)
      finding.paint(max(pelvis.distance(point), surface + 2), .urine, label: PhantomCohort.kidney)
    }
    return finding
  }

  private func paintLiver(
    _ point: SIMD3<Float>, cavity: Float, _ irregularity: Irregularity, _ finding: inout Finding
  ) {
    let liver = max(lobes(point), cavity)
    finding.paint(liver, .liver, label: PhantomCohort.liver)
    if liver > 4 { return }
    for cyst in cysts {
      finding.paint(max(cyst.distance(point), liver), .cyst, label: PhantomCohort.liver)
    }
    for lesion in lesions {
      let rough = lesion.shape.distance(point) + lesion.roughness * irregularity.outline
      // Growths may bulge a little beyond the liver's surface.
      let surface = max(rough, liver - 2)
      let radius = lesion.shape.halfAxes.min()
      finding.paint(surface, .tumourRim, label: PhantomCohort.tumour)
      finding.paint(surface + 2.5, .tumour, label: PhantomCohort.tumour)
      if lesion.isNecrotic {
        finding.paint(surface + 0.5 * radius, .necrosis, label: PhantomCohort.tumour)
      }
    }
  }
}
