import FoundationEssentials
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// Real images are read as SimpleITK reads them, and written and read again without a change.
@Suite(.enabled(if: ReferenceData.isAvailable, "set DELINEATE_DATA to the folder of real images"))
struct ReferenceDataTests {
  struct Table: Decodable {
    var grids: [[[Double]]]
    /// Folder, name: size x, y, z, CRC-32 of the voxels, number of the grid.
    var files: [String: [String: [Int]]]
  }

  @Test func readsAndRoundTripsLikeSimpleITK() throws {
    let data = try Data(contentsOf: URL(filePath: fixturePath("reference_data.json")))
    let table = try JSONDecoder().decode(Table.self, from: data)
    #expect(table.files.values.reduce(0) { $0 + $1.count } == 440)
    let folder = try TemporaryFolder()
    for (place, files) in table.files.sorted(by: { $0.key < $1.key }) {
      for (name, entry) in files.sorted(by: { $0.key < $1.key }) {
        let path = ReferenceData.path("\(place)/\(name)")
        let image = try Volume<Float>(contentsOf: path)
        check(image, entry, table.grids[entry[4]], name)
        // Every format that keeps a grid, one after another for the many files.
        let ending = [".nii.gz", ".nrrd", ".mha"][abs(entry[3]) % 3]
        let endings = place.hasSuffix("Tr") ? [ending] : [".nii.gz", ".nii", ".nrrd", ".mha"]
        for ending in endings {
          let copy = folder.path + "/copy" + ending
          try image.write(to: copy)
          let again = try Volume<Float>(contentsOf: copy)
          #expect(again.voxels == image.voxels, "\(name) \(ending)")
          let isExact = ending.hasPrefix(".nii") == name.hasSuffix(".nii.gz")
          #expect(
            again.geometry.matches(image.geometry, tolerance: isExact ? 1e-9 : 2e-4),
            "\(name) \(ending)")
        }
      }
    }
  }

  private func check(_ image: Volume<Float>, _ entry: [Int], _ grid: [[Double]], _ name: String) {
    let geometry = image.geometry
    #expect([image.extent.x, image.extent.y, image.extent.z] == Array(entry[0..<3]), "\(name)")
    let crc = image.voxels.withUnsafeBytes { crc32($0) }
    #expect(Int(crc) == entry[3], "\(name)")
    let expected = Geometry(
      extent: image.extent, spacing: Vector3(grid[0][0], grid[0][1], grid[0][2]),
      origin: Vector3(grid[1][0], grid[1][1], grid[1][2]),
      direction: Matrix3(
        columns: Vector3(grid[2][0], grid[2][3], grid[2][6]),
        Vector3(grid[2][1], grid[2][4], grid[2][7]), Vector3(grid[2][2], grid[2][5], grid[2][8])))
    // ITK's own tolerance for "the same physical space".
    #expect(expected.matches(geometry), "\(name): \(geometry), expected \(expected)")
  }
}
