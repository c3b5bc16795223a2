import Evaluation
import Foundation
import Raters
import RegionsOfInterest
import TestSupport
import Testing
import Volumes

@Suite struct AgreementTests {
  private static let geometry = Geometry(
    extent: Extent(x: 14, y: 12, z: 6), spacing: Vector3(1, 1.5, 2))

  /// A box of label 1 that begins at `x` and is `length` long, and a voxel of label 2.
  private static func mask(_ x: Int, _ length: Int) -> LabelMap {
    var map = LabelMap(
      labels: Array(repeating: 0, count: geometry.extent.count), geometry: geometry)
    for z in 2..<4 { for y in 4..<8 { for column in x..<x + length { map[column, y, z] = 1 } } }
    map[0, 0, 0] = 2
    return map
  }

  /// Three boxes of 4, 5 and 4 slices of eight voxels, by hand.
  @Test func caseAgreementByHand() throws {
    let votes = try RaterVotes([Self.mask(4, 4), Self.mask(4, 5), Self.mask(5, 4)])
    let found = votes.agreement(on: 1, margin: try Ball(radius: 0))
    for (volume, expected) in zip(found.volumes, [0.096, 0.12, 0.096]) {
      #expect(abs(volume - expected) < 1e-12)
    }
    #expect(abs(found.generalisedJaccard - 3.0 / 5) < 1e-12)
    // Shared slices 4, 3 and 4 of 9, 8 and 9.
    #expect(abs(found.generalisedDice - 22.0 / 26) < 1e-12)
    // Without a margin: one slice each of two and of one raters, three of all.
    let kappa = fleissKappa([
      CategoryVotes(votes: [1, 2], subjects: 16), CategoryVotes(votes: [0, 3], subjects: 24),
    ])
    #expect(abs(found.fleissKappa - kappa) < 1e-12)
    let mean = 0.104
    let variance = (2 * 0.008 * 0.008 + 0.016 * 0.016) / 2
    #expect(abs(found.volumeVariation - variance.squareRoot() / mean) < 1e-12)
  }

  /// The domain is the union dilated: against a table of every voxel near it.
  @Test func kappaCountsTheMargin() throws {
    let masks = [Self.mask(4, 4), Self.mask(4, 5), Self.mask(5, 4)]
    let margin = try Ball(radius: 2)
    let union = Mask(
      voxels: masks[0].labels.indices.map { voxel in masks.contains { $0.labels[voxel] == 1 } },
      geometry: Self.geometry)
    let rows = union.dilated(by: margin).voxels.enumerated().filter(\.element).map { voxel, _ in
      let count = masks.count { $0.labels[voxel] == 1 }
      return CategoryVotes(votes: [3 - count, count])
    }
    let found = try RaterVotes(masks).agreement(on: 1, margin: margin)
    #expect(abs(found.fleissKappa - fleissKappa(rows)) < 1e-12)
    let none = try RaterVotes(masks).agreement(on: 9, margin: margin)
    #expect(none.generalisedDice.isNaN && none.generalisedJaccard.isNaN && none.fleissKappa.isNaN)
    #expect(none.volumes == [0, 0, 0])
  }

  /// Every pair's figures are those of the evaluator, and volumes go into the correlation.
  @Test func studyEqualsItsParts() throws {
    let folders = ["a", "b", "c"]
    let folder = try TemporaryFolder()
    for name in folders {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      for file in ["one.x", "two.x"] {
        try "".write(toFile: "\(folder.path)/\(name)/\(file)", atomically: true, encoding: .utf8)
      }
    }
    let paths = folders.map { folder.path + "/" + $0 }
    let masks = [
      "one.x": [Self.mask(4, 4), Self.mask(4, 5), Self.mask(5, 4)],
      "two.x": [Self.mask(2, 8), Self.mask(2, 7), Self.mask(1, 9)],
    ]
    var study = RaterStudy(folders: paths, labels: [1, 2], margin: try Ball(radius: 2))
    study.fileEnding = ".x"
    let found = try study.run(reading: { path in
      let name = String(path.split(separator: "/").last ?? "")
      let rater = try #require(paths.firstIndex { path.hasPrefix($0 + "/") })
      return try #require(masks[name]?[rater])
    })
    #expect(found.cases == ["one", "two"])
    #expect(
      found.pairs.map(\.raters).map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
    let pair = found.pairs[1].summary.cases[1]
    #expect(pair.counts[0].dice == 2.0 * 8 / 17)
    #expect(pair.counts[1].dice == 1)
    #expect(pair.score(.hausdorff95, ofStructure: 0) == 1)
    #expect(found.volumes(ofLabelAt: 0).rows[0].map { ($0 * 1000).rounded() } == [96, 120, 96])
    let difference = found.volumeDifference(ofLabelAt: 0, between: found.pairs[0].raters)
    #expect(abs(difference.bias - 0) < 1e-12)
    #expect(found.pairTable.split(separator: "\n").count == 1 + 2 * 3 * 2)
    #expect(found.caseTable.split(separator: "\n").count == 1 + 2 * 2)
    #expect(found.caseTable.contains("one,1,"))
    study.folders = [paths[0]]
    #expect(throws: RatersError.tooFewRaters(found: 1, needed: 2)) {
      try study.run(reading: { _ in Self.mask(4, 4) })
    }
    try "".write(toFile: paths[1] + "/three.x", atomically: true, encoding: .utf8)
    study.folders = paths
    #expect(throws: RatersError.self) { try study.run(reading: { _ in Self.mask(4, 4) }) }
  }

  @Test func featuresComeTogether() throws {
    func rater(_ name: String, _ features: [String], _ cases: [String: [Double]])
      -> FeatureRatings.Rater
    {
      FeatureRatings.Rater(
        name: name, features: features,
        cases: cases.sorted { $0.key < $1.key }.map { .init(name: $0.key, values: $0.value) })
    }
    let first = rater(
      "a", ["volume", "text", "mean"],
      [
        "1": [1, .nan, 5], "2": [2, .nan, 7], "3": [4, .nan, 6], "9": [0, .nan, 0],
      ])
    let second = rater(
      "b", ["mean", "volume", "text"],
      [
        "3": [6.5, 4, .nan], "2": [7, 2, .nan], "1": [.nan, 1, .nan],
      ])
    let ratings = try FeatureRatings([first, second])
    #expect(ratings.features == ["volume", "mean"])
    #expect(ratings.cases == ["1", "2", "3"])
    #expect(ratings.incompleteCases == ["9"])
    #expect(ratings.table(of: "volume").rows == [[1, 1], [2, 2], [4, 4]])
    #expect(ratings.table(of: "mean").rows == [[7, 7], [6, 6.5]])
    #expect(ratings.table(of: "mean").droppedSubjects == 1)
    let lines = ratings.correlationTable.split(separator: "\n")
    #expect(lines.count == 1 + 2 * 6)
    #expect(lines[1].hasPrefix("volume,\"ICC(1,1)\",1.0,1.0,1.0,inf,2.0,3.0,0.0,excellent"))
    #expect(throws: RatersError.self) { try FeatureRatings([first]) }
    #expect(throws: RatersError.self) {
      try FeatureRatings([first, rater("c", ["volume"], ["7": [1]])])
    }
    #expect(throws: RatersError.self) {
      try FeatureRatings([first, rater("c", ["other"], ["1": [1]])])
    }
    var twice = second
    twice.cases.append(twice.cases[0])
    #expect(throws: RatersError.self) { try FeatureRatings([first, twice]) }
  }
}
