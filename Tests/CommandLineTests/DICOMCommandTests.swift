import Foundation
import JSONDocuments
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// `delineate dicom` on the series of DICOMSeriesTests' fixtures.
struct DICOMCommandTests {
  private let fixtures =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/DICOMSeriesTests/Fixtures"

  @Test func listsTheSeries() throws {
    let result = try Program.run(["dicom", "\(fixtures)/ct", "--json"])
    #expect(result.status == 0)
    let entry = result.json?.array?.first
    #expect(entry?["series"]?.string == "1.2.3.1")
    #expect(entry?["size"]?.ints == [8, 7, 6])
    #expect(entry?["problem"] == .null)
  }

  @Test func writesUptake() throws {
    let folder = try TemporaryFolder()
    let arguments = ["dicom", "\(fixtures)/pet", "--output"]
    #expect(try Program.run(arguments + ["\(folder.path)/activity.nii.gz"]).status == 0)
    #expect(try Program.run(arguments + ["\(folder.path)/suv.nii.gz", "--suv"]).status == 0)
    let activity = try ImageFile(contentsOf: "\(folder.path)/activity.nii.gz").channels[0]
    let uptake = try ImageFile(contentsOf: "\(folder.path)/suv.nii.gz").channels[0]
    // 72.5 kg, 370.5 MBq, 3870.5 s after the injection.
    let factor = 72_500 / (370_500_000 * pow(0.5, 3870.5 / 6586.2))
    for (a, u) in zip(activity.voxels, uptake.voxels) {
      #expect(abs(Double(u) - Double(a) * factor) <= 1e-6 * Double(a) * factor)
    }
    #expect(activity.voxels.contains { $0 > 1000 })
  }

  @Test(arguments: [["--suv"], ["--series", "9"]]) func refusalsAreOneLine(_ options: [String])
    throws
  {
    let folder = try TemporaryFolder()
    let output = "\(folder.path)/ct.nii.gz"
    let result = try Program.run(["dicom", "\(fixtures)/ct", "--output", output] + options)
    #expect(result.status != 0)
    #expect(result.errorLines.count == 1)
    #expect(folder.names.isEmpty)
  }

  @Test func emptyFolder() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(["dicom", folder.path])
    #expect(result.status == 1)
    #expect(result.errorLines.count == 1)
    #expect(result.errors.contains("no DICOM image"))
  }
}
