import TestSupport
import Testing
import VolumeFiles
import Volumes

/// A label map written for a NIfTI image repeats the header's orientation, bit for bit.
@Suite struct NIfTIMaskTests {
  /// Where the orientation stands in a NIfTI-1 header: pixdim, xyzt_units, codes and both
  /// transforms.
  static let fields = [76..<108, 123..<124, 252..<328]

  @Test(
    arguments: FixtureCase.load("nifti.json").filter { $0.error == nil && $0.name != "analyze" })
  func maskHasTheImagesHeader(fixture: FixtureCase) throws {
    let folder = try TemporaryFolder()
    let path = try fixture.unpack(into: folder)
    let image = try ImageFile(contentsOf: path)
    guard !fixture.name.hasPrefix("nifti-2") else { return }

    let labels = LabelMap(
      labels: [UInt16](repeating: 1, count: image.geometry.extent.count), geometry: image.geometry)
    let maskPath = folder.path + "/mask.nii"
    try labels.write(to: maskPath)
    let mask = try readBytes(maskPath)

    // The image's header again, through the library's own fields or, where it is plain, from the
    // file.
    let isBigEndian = fixture.name.contains("big-endian") || fixture.name.hasSuffix(">")
    if let header = fixture.contents[fixture.open.replacingEnding(".img", ".hdr")],
      header[0] == 0x5C || header[0] == 0, !isBigEndian
    {
      for range in Self.fields { #expect(mask[range] == header[range], "\(range)") }
      // dim[1 ... 3]
      #expect(mask[42..<48] == header[42..<48])
    }
    let read = try LabelMap(contentsOf: maskPath)
    #expect(read.geometry.matches(image.geometry, tolerance: 0))
    expectSameBits(read.geometry.niftiOrientation, image.geometry.niftiOrientation)
    #expect(mask[40] == (image.dimensions == 2 ? 2 : 3))
  }

  /// Fields that no longer mean the grid are not written.
  @Test func changedGridGetsNewFields() throws {
    let folder = try TemporaryFolder()
    let fixture = try #require(FixtureCase.load("nifti.json").first { $0.name == "plain file" })
    let image = try Volume<Float>(contentsOf: try fixture.unpack(into: folder))
    var geometry = image.geometry
    geometry.origin.x += 5
    geometry.extent.z = 1
    let path = folder.path + "/moved.nii"
    try LabelMap(labels: [UInt16](repeating: 0, count: 6), geometry: geometry).write(to: path)
    let read = try LabelMap(contentsOf: path)
    #expect((read.geometry.origin - geometry.origin).length < 1e-5)
    #expect((read.geometry.spacing - geometry.spacing).length < 1e-6)
  }
}

extension String {
  func replacingEnding(_ old: String, _ new: String) -> String {
    hasSuffix(old) ? String(dropLast(old.count)) + new : self
  }
}

/// NaN is a number of the header like any other here.
func expectSameBits(_ a: NIfTIOrientation?, _ b: NIfTIOrientation?) {
  guard let a, let b else {
    Issue.record("an orientation is missing")
    return
  }
  #expect(a.qformCode == b.qformCode && a.sformCode == b.sformCode && a.units == b.units)
  for (x, y) in [
    (a.pixdim, b.pixdim), (a.quaternion, b.quaternion), (a.offset, b.offset), (a.rows, b.rows),
  ] {
    #expect(x.map { Float($0).bitPattern } == y.map { Float($0).bitPattern })
  }
}
