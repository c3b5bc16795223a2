import RegionsOfInterest
import Safetensors
import Volumes

/// Masks of blobs with what scipy and cc3d make of them.
struct MorphologyFixture {
  static let count = 6
  let geometry: Geometry
  let radius: Double
  let width: Double
  private let bits: [UInt8]
  private let more: [UInt8]
  private let maps: [UInt8]
  private let smoothedLabels: [UInt8]

  init(_ index: Int, file path: String = #filePath) throws {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    let masks = try SafetensorsFile(contentsOf: folder + "/Fixtures/morphology.safetensors")
    let regions = try SafetensorsFile(contentsOf: folder + "/Fixtures/label_regions.safetensors")
    let shape = try masks.tensor(named: "\(index)/bits").shape
    // Halves and tenths: what single precision keeps of them is rounded back.
    let numbers = try masks.floats("\(index)/numbers").map { (Double($0) * 1000).rounded() / 1000 }
    geometry = Geometry(
      extent: Extent(x: shape[2], y: shape[1], z: shape[0]),
      spacing: Vector3(numbers[2], numbers[1], numbers[0]), origin: Vector3(-3, 7, 11))
    (radius, width) = (numbers[3], numbers[4])
    bits = try masks.bytes("\(index)/bits")
    more = try masks.bytes("\(index)/more")
    maps = try regions.bytes("\(index)/maps")
    smoothedLabels = try regions.bytes("\(index)/smoothed")
  }

  var mask: Mask { bit(0) }
  var dilated: Mask { bit(1) }
  var eroded: Mask { bit(2) }
  var erodedFromBorder: Mask { bit(3) }
  var opened: Mask { bit(4) }
  var closed: Mask { bit(5) }
  var filled: Mask { bit(6) }
  var filledSlices: Mask { bit(7) }
  var dilatedInSlices: Mask { bit(0, of: more) }
  var smoothed: Mask { bit(1, of: more) }
  var largest: Mask { bit(2, of: more) }
  var atLeastTen: Mask { bit(3, of: more) }
  var band: Mask { bit(4, of: more) }
  var shells: [UInt16] { more.map { UInt16($0 >> 6) } }

  var labels: LabelMap { map(0) }
  var dilatedLabels: LabelMap { map(1) }
  var closedLabels: LabelMap { map(2) }
  var erodedLabels: LabelMap { map(3) }
  var smoothedMap: LabelMap {
    LabelMap(labels: smoothedLabels.map { UInt16($0) }, geometry: geometry)
  }

  func ball(_ sliceAxis: GridAxis? = nil) throws -> Ball {
    try Ball(radius: radius, sliceAxis: sliceAxis)
  }

  private func bit(_ place: UInt8) -> Mask { bit(place, of: bits) }

  private func bit(_ place: UInt8, of bytes: [UInt8]) -> Mask {
    Mask(voxels: bytes.map { $0 >> place & 1 == 1 }, geometry: geometry)
  }

  private func map(_ place: UInt8) -> LabelMap {
    LabelMap(
      labels: maps.map { [0, 1, 2, 5][Int($0 >> (2 * place) & 3)] }, geometry: geometry)
  }
}
