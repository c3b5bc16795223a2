import Glibc

/// What a point of the phantom is made of.
enum Tissue: Int, CaseIterable {
  case air
  case fat
  case muscle
  case bowel
  case bone
  case spinalFluid
  case vessel
  case stomach
  case spleen
  case renalCortex
  case renalMedulla
  case urine
  case liver
  case bile
  case tumour
  case tumourRim
  case necrosis
  case cyst

  /// Proton density relative to water, relaxation times in ms at 1.5 T, and T1 after a contrast
  /// agent.
  ///
  /// - Source: rounded from de Bazelaire et al., Radiology 230(3), 2004,
  ///   doi:10.1148/radiol.2303021331; fluids, tumour and the times after contrast are plausible
  ///   choices.
  var relaxation: (protonDensity: Float, t1: Float, t2: Float, t1AfterContrast: Float) {
    switch self {
    case .air: (0, 1000, 50, 1000)
    case .fat: (0.90, 340, 110, 340)
    case .muscle: (0.80, 1000, 42, 800)
    case .bowel: (0.80, 900, 75, 560)
    case .bone: (0.55, 550, 60, 480)
    case .spinalFluid: (1.00, 4000, 1200, 4000)
    case .vessel: (0.75, 1500, 22, 260)
    case .stomach: (0.90, 2400, 160, 2400)
    case .spleen: (0.85, 1050, 78, 440)
    case .renalCortex: (0.85, 970, 87, 330)
    case .renalMedulla: (0.88, 1410, 100, 480)
    case .urine: (1.00, 3500, 500, 3000)
    case .liver: (0.80, 590, 46, 380)
    case .bile: (1.00, 2500, 450, 2500)
    case .tumour: (0.87, 1100, 88, 640)
    case .tumourRim: (0.86, 1050, 80, 430)
    case .necrosis: (0.92, 2300, 190, 2100)
    case .cyst: (1.00, 3200, 600, 3200)
    }
  }

  /// T1 in ms while the contrast agent has come through the arteries alone; plausible choices.
  var arterialT1: Float {
    switch self {
    case .liver: 520
    case .spleen: 360
    case .renalCortex: 260
    case .renalMedulla: 900
    case .vessel: 420
    case .tumour: 330
    case .tumourRim: 250
    case .muscle: 930
    case .bowel: 640
    case .bone: 520
    default: relaxation.t1AfterContrast
    }
  }

  /// How far the tissue departs from uniformity, as a fraction of its signal.
  var heterogeneity: Float {
    switch self {
    case .air, .spinalFluid, .urine, .bile, .cyst: 0
    case .tumour, .tumourRim, .necrosis: 0.16
    case .bowel, .stomach: 0.25
    default: 0.07
    }
  }
}

/// The two pulse sequences of an examination.
struct PulseSequences {
  /// Echo time of the T2-weighted spin echo in ms.
  var echoTime: Float
  /// Repetition time of the T2-weighted spin echo in ms.
  var repetitionTime: Float
  /// Repetition time of the T1-weighted spoiled gradient echo in ms.
  var gradientEchoRepetitionTime: Float
  /// Flip angle of the T1-weighted spoiled gradient echo in degrees.
  var flipAngle: Float
  /// What fat suppression leaves of fat in the T1-weighted image.
  var remainingFat: Float

  /// Signal of a tissue in the T2-weighted and the contrast-enhanced T1-weighted image.
  ///
  /// - Source: spin echo and Ernst equations, Bernstein et al., Handbook of MRI Pulse Sequences,
  ///   2004, chapter 14.
  func signal(of tissue: Tissue, in phase: PhantomCohort.Phase) -> SIMD2<Float> {
    let (density, t1, t2, portalVenous) = tissue.relaxation
    let enhanced = phase == .arterial ? tissue.arterialT1 : portalVenous
    let spinEcho = density * (1 - expf(-repetitionTime / t1)) * expf(-echoTime / t2)
    let recovery = expf(-gradientEchoRepetitionTime / enhanced)
    let angle = flipAngle * .pi / 180
    let spoiled = density * sinf(angle) * (1 - recovery) / (1 - cosf(angle) * recovery)
    return SIMD2(spinEcho, tissue == .fat ? spoiled * remainingFat : spoiled)
  }
}
