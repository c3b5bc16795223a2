import DICOMSeries
import Foundation
import TestSupport
import Testing
import Volumes

/// Volumes equal those of SimpleITK in GDCM's order.
struct SeriesReadingTests {
  @Test(arguments: ["ct", "pet"]) func equalsSimpleITK(_ name: String) throws {
    let series = try DICOMSeries.series(inFolder: "\(fixtures)/\(name)")
    try #require(series.count == 1)
    let volume = try series[0].read()
    let expected = try Reading(name)
    #expect(expected.difference(from: volume.geometry) < 1e-4)
    #expect(volume.voxels == expected.voxels.map { Float($0) })
    #expect(Set(volume.voxels).count > 100)
  }

  @Test func factsAreTheHeaders() throws {
    let series = try DICOMSeries.series(inFolder: "\(fixtures)/pet")[0]
    #expect(series.identifier == "1.2.3.2")
    #expect(series.facts.modality == "PT")
    #expect(series.facts.description == "made up")
    #expect(series.facts.units == "BQML")
    #expect(series.sliceCount == 6)
    #expect(series.planeSize == (8, 7))
  }

  @Test func seriesOfOneFolderAreToldApart() throws {
    let folder = try copy("ct")
    for name in namesInFolder("\(fixtures)/pet") {
      try FileManager.default.copyItem(
        atPath: "\(fixtures)/pet/\(name)", toPath: "\(folder.path)/pet-\(name)")
    }
    try "notes".write(toFile: "\(folder.path)/notes.txt", atomically: true, encoding: .utf8)
    let series = try DICOMSeries.series(inFolder: folder.path)
    #expect(series.map(\.identifier) == ["1.2.3.1", "1.2.3.2"])
    #expect(series.map(\.sliceCount) == [6, 6])
  }

  @Test(.enabled(if: ReferenceData.isAvailable)) func realSeriesEqualsSimpleITK() throws {
    let series = try DICOMSeries.series(inFolder: ReferenceData.path("data/dicom_series"))
    try #require(series.count == 1)
    let volume = try series[0].read()
    let expected = try Reading("real")
    #expect(expected.difference(from: volume.geometry) < 1e-4)
    #expect(volume.voxels.reduce(0) { $0 + Double($1) } == expected.sum)
  }
}
