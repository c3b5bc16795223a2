import DICOMSeries
import Foundation
import TestSupport
import Testing

/// Folders that hold no sound series are refused in one line that names the file.
struct BadSeriesTests {
  /// The line with which reading the first series of a folder fails.
  private func failure(_ folder: String) throws -> String {
    let error = #expect(throws: DICOMError.self) {
      _ = try DICOMSeries.series(inFolder: folder)[0].read()
    }
    let line = error?.description ?? ""
    #expect(!line.contains("\n"))
    return line
  }

  @Test func emptyFolder() throws {
    let folder = try TemporaryFolder()
    #expect(try failure(folder.path).hasPrefix("\(folder.path): no DICOM image among 0 files"))
  }

  @Test func folderThatIsNotThere() throws {
    #expect(try failure("/nowhere/at/all").contains("cannot be read as a folder"))
  }

  @Test func filesThatAreNotDICOM() throws {
    let folder = try TemporaryFolder()
    try String(repeating: "no image ", count: 50).write(
      toFile: "\(folder.path)/a.dcm", atomically: true, encoding: .utf8)
    #expect(try failure(folder.path).contains("no DICOM image among 1 files"))
  }

  // The third place along the normal is that of file f.
  @Test func missingSlice() throws {
    let folder = try copy("ct", without: ["f.dcm"])
    let line = try failure(folder.path)
    #expect(line.contains("missing slice between"))
    #expect(line.contains("(gap 5.0 mm), expected 2.5 mm"))
  }

  @Test func sliceTwice() throws {
    let folder = try copy("ct")
    try FileManager.default.copyItem(
      atPath: "\(folder.path)/a.dcm", toPath: "\(folder.path)/again.dcm")
    #expect(try failure(folder.path).contains("in the same place as"))
  }

  @Test func tiltedGantry() throws {
    let folder = try copy("ct")
    try replace("-30.50000000", by: "-29.50000000", in: "\(folder.path)/d.dcm")
    #expect(try failure(folder.path).contains("tilted gantry"))
  }

  /// Cut anywhere, a file gives an error or, where only its end is missing, nothing worse.
  @Test func truncatedFile() throws {
    let folder = try copy("ct")
    let path = "\(folder.path)/c.dcm"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for length in stride(from: 132, to: whole.count - 1, by: 37) {
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      #expect(try failure(folder.path).contains(folder.path), "\(length) bytes")
    }
  }

  /// Changed bytes may change voxels or be refused, never crash.
  @Test func changedBytes() throws {
    let folder = try copy("ct")
    let path = "\(folder.path)/c.dcm"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for index in stride(from: 132, to: whole.count - 112, by: 5) {
      var bytes = whole
      bytes[index] ^= 0x41
      try bytes.write(to: URL(fileURLWithPath: path))
      do throws(DICOMError) {
        _ = try DICOMSeries.series(inFolder: folder.path)[0].read()
      } catch { #expect(!error.description.contains("\n")) }
    }
  }
}
