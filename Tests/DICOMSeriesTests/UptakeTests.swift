import DICOMSeries
import Foundation
import Testing

struct UptakeTests {
  private let facts = UptakeFacts(
    units: "BQML", decayCorrection: "START", weight: 70_000, dose: 350e6, halfLife: 6586.2,
    injection: DayTime("100000"), series: DayTime("110000.5"), acquisition: nil)

  // By hand: 2^(-3600.5 / 6586.2) = 0.684596894; the dose left is 239.608913016 MBq.
  @Test func startDecaysTheDoseToTheSeries() throws {
    let factor = try facts.uptakePerActivity(path: "x")
    #expect(abs(factor * 239_608_913.016 / 70_000 - 1) < 1e-6)
  }

  /// One half-life after 350 MBq, 5000 Bq/ml in 70 kg are 5000 x 70000 / 175e6 = 2.
  @Test func oneHalfLife() throws {
    var facts = facts
    facts.halfLife = 3600.5
    #expect(abs(try 5000 * facts.uptakePerActivity(path: "x") - 2) < 1e-6)
  }

  @Test func adminHasNoDecay() throws {
    var facts = facts
    facts.decayCorrection = "ADMIN"
    #expect(abs(try 5000 * facts.uptakePerActivity(path: "x") - 1) < 1e-6)
  }

  @Test func injectionBeforeMidnight() throws {
    var facts = facts
    facts.halfLife = 3600
    facts.injection = DayTime("2330")
    facts.series = DayTime("003000")
    #expect(abs(try 5000 * facts.uptakePerActivity(path: "x") - 2) < 1e-6)
  }

  /// A series that was processed two hours after it was acquired, and one acquired over midnight.
  @Test func theScanBeginsWithItsFirstAcquisition() throws {
    var facts = facts
    facts.halfLife = 3600
    facts.acquisition = DayTime("110000")
    facts.series = DayTime("130000")
    #expect(abs(try 5000 * facts.uptakePerActivity(path: "x") - 2) < 1e-6)
    facts.injection = DayTime("225900")
    facts.series = DayTime("235900")
    facts.acquisition = DayTime("000100")
    #expect(abs(try 5000 * facts.uptakePerActivity(path: "x") - 2) < 1e-6)
  }

  /// The fixture: 72.5 kg, 370.5 MBq at 09:25:30, series at 10:30:00.5, so Δt = 3870.5 s.
  @Test func factsOfTheHeader() throws {
    let series = try DICOMSeries.series(inFolder: "\(fixtures)/pet")[0]
    let expected = 72_500 / (370_500_000 * pow(0.5, 3870.5 / 6586.2))
    #expect(abs(try series.uptakePerActivity() / expected - 1) < 1e-6)
  }

  @Test(arguments: ["CNTS", "GML", nil]) func otherUnitsAreRefused(_ units: String?) throws {
    var facts = facts
    facts.units = units
    let error = #expect(throws: DICOMError.self) { try facts.uptakePerActivity(path: "x") }
    #expect(error?.description.contains("expected BQML") == true)
  }

  @Test func missingFactsAreNamed() throws {
    let changes: [(String, (inout UptakeFacts) -> Void)] = [
      ("PatientWeight", { $0.weight = nil }), ("RadionuclideTotalDose", { $0.dose = 0 }),
      ("RadionuclideHalfLife", { $0.halfLife = nil }), ("half-life", { $0.halfLife = 282_000 }),
      ("RadiopharmaceuticalStartTime", { $0.injection = nil }),
      ("DecayCorrection", { $0.decayCorrection = "NONE" }),
    ]
    for (name, change) in changes {
      var facts = facts
      change(&facts)
      let error = #expect(throws: DICOMError.self) { try facts.uptakePerActivity(path: "x") }
      #expect(error?.description.contains(name) == true)
    }
  }

  @Test func timesOfDay() {
    #expect(DayTime("235959.25")?.seconds == 86_399.25)
    #expect(DayTime("07")?.seconds == 25_200)
    for text in ["", "7", "24", "1260", "12:30", "120000.x"] { #expect(DayTime(text) == nil) }
  }
}
