import Foundation
import Resampling
import Testing
import Volumes

/// One resampling by the reference: what went in and what came out.
struct ResamplingFixture: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let labels: Bool
  let input: [Int]
  let output: [Int]
  let current: [Double]
  let new: [Double]
  let order: Int
  let orderZ: Int
  let separate: Bool?
  let rule: String

  var testDescription: String { name }
  var spacing: SpacingChange { SpacingChange(current: current, new: new) }

  func scheme() throws -> ResamplingScheme {
    var scheme = try ResamplingScheme(
      plansOrder: order, orderZ: orderZ, forceSeparateZ: separate)
    if rule == "lastAboveHalf" { scheme.labelRule = .lastAboveHalf }
    return scheme
  }

  /// The arrays of the fixture's file.
  func arrays<Element: Sendable>(
    of type: Element.Type
  ) throws -> (input: VoxelArray<Element>, output: VoxelArray<Element>) {
    let (from, to) = (Shape3(input), Shape3(output))
    let numbers = try fixture("\(name).raw", of: type)
    return (
      VoxelArray(shape: from, elements: Array(numbers.prefix(from.count))),
      VoxelArray(shape: to, elements: Array(numbers.dropFirst(from.count)))
    )
  }

  static let all: [ResamplingFixture] = {
    guard let data = try? Data(contentsOf: fixtureURL("cases.json")) else { return [] }
    return (try? JSONDecoder().decode([ResamplingFixture].self, from: data)) ?? []
  }()
  static let images = all.filter { !$0.labels }
  static let labelMaps = all.filter(\.labels)
}

func fixtureURL(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures").appendingPathComponent(name)
}

/// The numbers of a file in Fixtures.
func fixture<Element>(_ name: String, of type: Element.Type) throws -> [Element] {
  numbers(in: try Data(contentsOf: fixtureURL(name)), of: type)
}

/// Bytes as numbers of this machine's order, which is the files'.
func numbers<Element>(in data: Data, of type: Element.Type) -> [Element] {
  data.withUnsafeBytes { bytes in
    (0..<bytes.count / MemoryLayout<Element>.size).map {
      bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
    }
  }
}

/// Largest less smallest.
func range(of values: [Float]) -> Double {
  Double((values.max() ?? 0) - (values.min() ?? 0))
}
