import Foundation
import Testing
import Volumes

/// Where transforms of SimpleITK and ANTs take points.
struct PointFixture: Decodable, Sendable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let images: [[Double]]

    var testDescription: String { file }
  }

  let points: [[Double]]
  let cases: [Case]

  static let all: PointFixture = {
    let data = try? Data(contentsOf: URL(fileURLWithPath: fixturePath("points.json")))
    return data.flatMap { try? JSONDecoder().decode(PointFixture.self, from: $0) }
      ?? PointFixture(points: [], cases: [])
  }()
}

func fixturePath(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures").appendingPathComponent(name).path
}

func vector(_ numbers: [Double]) -> Vector3 { Vector3(numbers[0], numbers[1], numbers[2]) }
