#if canImport(Glibc)
  import Glibc
#endif

/// What the header of a PET image says about dose, decay and patient.
public struct UptakeFacts: Sendable {
  /// Units (0054,1001); BQML for activity in Bq/ml.
  public var units: String?
  /// DecayCorrection (0054,1102): START if the voxels are corrected to the start of the series,
  /// ADMIN if to the injection, NONE.
  public var decayCorrection: String?
  /// The patient's weight in g.
  public var weight: Double?
  /// Injected activity in Bq, at the time of injection.
  public var dose: Double?
  /// Half-life of the radionuclide in s.
  public var halfLife: Double?
  /// Time of injection.
  public var injection: DayTime?
  /// Time of the series, to which START corrects.
  public var series: DayTime?
  /// Time of the first acquisition.
  public var acquisition: DayTime?

  /// Facts as a header gives them.
  public init(
    units: String?, decayCorrection: String?, weight: Double?, dose: Double?, halfLife: Double?,
    injection: DayTime?, series: DayTime?, acquisition: DayTime?
  ) {
    self.units = units
    self.decayCorrection = decayCorrection
    self.weight = weight
    self.dose = dose
    self.halfLife = halfLife
    self.injection = injection
    self.series = series
    self.acquisition = acquisition
  }

  /// When the scan began.
  ///
  /// Later processing can give a series a time after its acquisition, to which nothing was corrected.
  private var start: DayTime? {
    guard let series, let acquisition else { return series ?? acquisition }
    // More than half a day ahead is an acquisition after midnight.
    let ahead = series.seconds - acquisition.seconds
    return ahead > 0 && ahead < 43_200 ? acquisition : series
  }

  /// SUVbw, in g/ml, of an activity of 1 Bq/ml: weight / (dose 2^(-Δt / half-life)).
  ///
  /// Δt runs from the injection to the time of the series if DecayCorrection is START and is 0 if it
  /// is ADMIN. Headers give times without dates here, so a series before its injection is taken for
  /// one after midnight; a nuclide with a half-life above a day is refused, because its images may
  /// be days younger.
  ///
  /// - Parameter path: A file of the series, for errors.
  /// - Returns: g/ml for 1 Bq/ml.
  /// - Throws: ``DICOMError/noUptake(path:problem:)`` if Units is not BQML or a fact is missing.
  /// - Source: QIBA, "SUV calculation" (vendor-neutral pseudo-code); DICOM PS3.3 C.8.9.
  public func uptakePerActivity(path: String) throws(DICOMError) -> Double {
    guard units == "BQML" else {
      throw .noUptake(
        path: path,
        problem: "Units is \(units ?? "missing"), expected BQML; export the series in Bq/ml"
          + (units == "CNTS" ? " (Philips keeps a factor for counts in (7053,1000))" : ""))
    }
    func positive(_ value: Double?, _ name: String) throws(DICOMError) -> Double {
      guard let value, value > 0, value.isFinite else {
        throw .noUptake(
          path: path, problem: "\(name) is missing or not positive; export the series with it")
      }
      return value
    }
    let weight = try positive(weight, "PatientWeight")
    let dose = try positive(dose, "RadionuclideTotalDose")
    switch decayCorrection {
    case "ADMIN": return weight / dose
    case "START":
      let halfLife = try positive(halfLife, "RadionuclideHalfLife")
      guard halfLife <= 86_400 else {
        throw .noUptake(
          path: path,
          problem: "the half-life of \(halfLife) s is above a day and the times have no date;"
            + " compute them in the scanner's software")
      }
      guard let injection, let reference = start else {
        throw .noUptake(
          path: path,
          problem:
            "RadiopharmaceuticalStartTime or SeriesTime is missing; export the series with both")
      }
      var elapsed = reference.seconds - injection.seconds
      if elapsed < 0 { elapsed += 86_400 }
      return weight / (dose * exp2(-elapsed / halfLife))
    default:
      throw .noUptake(
        path: path,
        problem: "DecayCorrection is \(decayCorrection ?? "missing"), expected START or ADMIN;"
          + " reconstruct the series with decay correction")
    }
  }
}
