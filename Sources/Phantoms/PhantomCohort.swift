public import Volumes

/// A made-up study: patients whose liver, liver tumours and kidneys are known exactly, imaged at
/// two sites.
///
/// Two channels look like abdominal MR: a T2-weighted and a contrast-enhanced T1-weighted image
/// with anisotropic voxels, partial volume, coil shading and Rician noise. Patients of the external
/// site are imaged with other contrast, spacing, obliquity and noise. Equal settings give equal
/// cases, bit for bit, whatever the number of threads and the order in which cases are made.
public struct PhantomCohort: Sendable {
  /// Label of the liver without its tumours.
  public static let liver: LabelMap.Label = 1
  /// Label of the tumours.
  public static let tumour: LabelMap.Label = 2
  /// Label of both kidneys.
  public static let kidney: LabelMap.Label = 3

  /// Names of the labels, background first.
  public static let labelNames = ["background", "liver", "tumour", "kidney"]
  /// Names of the channels.
  public static let channelNames = ["T2", "T1 contrast"]

  /// How much there is to learn from.
  public enum Size: Sendable {
    /// 16 training and 4 + 4 test cases of about 22 × 72 × 60 voxels.
    case quick
    /// 32 training and 8 + 8 test cases of about 30 × 106 × 90 voxels.
    case full
    /// 12 training and 6 + 6 test cases of about 64 × 128 × 104 voxels whose spacings are alike.
    case sharp
  }

  /// When the contrast agent is seen.
  public enum Phase: Sendable {
    /// It is everywhere in the blood, and in the liver more than in the tumours.
    case portalVenous
    /// It has come through the arteries alone: tumours are brighter than the liver.
    case arterial
  }

  /// Where a case belongs.
  public enum Group: String, CaseIterable, Sendable {
    /// Cases to learn from.
    case training
    /// Test cases of the site that the training cases come from.
    case homeSite = "home site"
    /// Test cases of another site.
    case externalSite = "external site"
  }

  /// One case's place in the cohort.
  public struct Member: Hashable, Sendable {
    /// The case's name.
    public let name: String
    /// Where it belongs.
    public let group: Group
    /// Its patient; different numbers are unrelated patients.
    let patient: Int
  }

  /// The size.
  public let size: Size
  /// Decides every random choice.
  public let seed: UInt64
  /// When the contrast agent is seen.
  public let phase: Phase
  /// The cases, training first; leaving some out does not change the others.
  public var members: [Member]

  /// The cohort of the given size and seed; cases are made one by one by ``makeCase(_:)``.
  public init(size: Size, seed: UInt64 = 1, phase: Phase = .portalVenous) {
    self.size = size
    self.seed = seed
    self.phase = phase
    let counts: [(Group, String, Int)] =
      switch size {
      case .quick:
        [(.training, "train", 16), (.homeSite, "home", 4), (.externalSite, "external", 4)]
      case .full:
        [(.training, "train", 32), (.homeSite, "home", 8), (.externalSite, "external", 8)]
      case .sharp:
        [(.training, "train", 12), (.homeSite, "home", 6), (.externalSite, "external", 6)]
      }
    var members: [Member] = []
    for (group, prefix, count) in counts {
      for number in 1...count {
        let name = prefix + (number < 10 ? "_0" : "_") + "\(number)"
        members.append(Member(name: name, group: group, patient: members.count))
      }
    }
    self.members = members
  }
}

/// Images and true labels of one phantom patient.
public struct PhantomCase: Sendable {
  /// The two channels, intensities rounded to whole numbers as scanners store them.
  public let channels: [Volume<Float>]
  /// The true labels, on the same grid: of every voxel the label that fills most of it.
  public let labels: LabelMap
}
