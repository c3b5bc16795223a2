/// What the header says about how an image was acquired; texts as they stand in the file.
public struct AcquisitionFacts: Sendable {
  /// Modality (0008,0060), such as CT, MR or PT.
  public let modality: String?
  /// SeriesDescription (0008,103E).
  public let description: String?
  /// Units (0054,1001) of PET, such as BQML; RescaleType (0028,1054), such as HU, of others.
  public let units: String?
  /// What standardised uptake values need; for PET only.
  public let uptake: UptakeFacts

  init(_ elements: borrowing HeaderElements) {
    modality = elements.text(0x0008_0060)
    description = elements.text(0x0008_103e)
    units = elements.text(0x0054_1001) ?? elements.text(0x0028_1054)
    let tracer: UInt32 = 0x0054_0016
    uptake = UptakeFacts(
      units: elements.text(0x0054_1001), decayCorrection: elements.text(0x0054_1102),
      weight: elements.number(0x0010_1030).map { $0 * 1000 },
      dose: elements.number(0x0018_1074, in: tracer),
      halfLife: elements.number(0x0018_1075, in: tracer),
      injection: DayTime(elements.text(0x0018_1072, in: tracer)),
      series: DayTime(elements.text(0x0008_0031)),
      acquisition: DayTime(elements.text(0x0008_0032)))
  }
}
