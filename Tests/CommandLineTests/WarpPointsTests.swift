import Foundation
import JSONDocuments
import TestSupport
import Testing

/// `warp --points`: where points go, in which axes, and how far from where they belong.
struct WarpPointsTests {
  private let folder: TemporaryFolder
  private var shift: String { folder.path + "/shift.tfm" }
  private var points: String { folder.path + "/points.csv" }
  private var output: String { folder.path + "/moved.csv" }

  init() throws {
    folder = try TemporaryFolder()
    try write(
      "#Insight Transform File V1.0\n#Transform 0\nTransform: TranslationTransform_double_3_3\n"
        + "Parameters: 2.5 -1 4\nFixedParameters:\n", to: "shift.tfm")
    try write("name,x,y,z,note\ntip,1,2,3,\"a, b\"\nend,-4,0.5,10,\n", to: "points.csv")
    try write("x,y,z,name\n3.5,1,7,tip\n-1.5,-0.5,17,end\n", to: "landmarks.csv")
  }

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
  }

  private func moved() throws -> String { try String(contentsOfFile: output, encoding: .utf8) }

  @Test func pointsGoFromFixedToMoving() throws {
    let result = try Program.run(
      "warp", "--transform", shift, "--points", points, "--output", output)
    #expect(result.status == 0)
    #expect(try moved() == "name,x,y,z,note\ntip,3.5,1.0,7.0,\"a, b\"\nend,-1.5,-0.5,14.0,\n")
    let back = try Program.run(
      "warp", "--transform", "inverse:" + shift, "--points", output, "--output", output)
    #expect(back.status == 0)
    #expect(try moved().contains("tip,1.0,2.0,3.0,"))
  }

  @Test func pointsInRASAreTurned() throws {
    let result = try Program.run(
      "warp", "--transform", shift, "--points", points, "--frame", "ras", "--output", output)
    #expect(result.status == 0)
    #expect(try moved().contains("tip,-1.5,3.0,7.0,"))
  }

  @Test func distancesFromLandmarksAreStated() throws {
    let result = try Program.run(
      "warp", "--transform", shift, "--points", points, "--landmarks",
      folder.path + "/landmarks.csv", "--json")
    #expect(result.status == 0)
    #expect(result.json?["error_after_mm"]?["points"]?.doubles == [0, 3])
    #expect(result.json?["error_after_mm"]?["mean"]?.double == 1.5)
    let before = try #require(result.json?["error_before_mm"]?["largest"]?.double)
    #expect(abs(before - (2.5 * 2.5 + 1 + 49).squareRoot()) < 1e-12)
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    try write("x,y\n1,2\n", to: "flat.csv")
    try write("x,y,z\n1,2,three\n", to: "words.csv")
    try write("x,y,z\n", to: "empty.csv")
    try write("x,y,z,name\n0,0,0,end\n0,0,0,tip\n", to: "swapped.csv")
    for (table, landmarks, reason) in [
      ("flat", nil, "x, y and z"), ("words", nil, "point 1"), ("empty", nil, "no point"),
      ("none", nil, "none.csv"), ("points", "empty", "no point"), ("points", "swapped", "tip"),
    ] as [(String, String?, String)] {
      let extra = landmarks.map { ["--landmarks", "\(folder.path)/\($0).csv"] } ?? []
      let result = try Program.run(
        ["warp", "--transform", shift, "--points", "\(folder.path)/\(table).csv"]
          + ["--output", output] + extra)
      #expect(result.status == 1 && result.errorLines.count == 1)
      #expect(result.errors.contains(reason), "\(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: output))
    for arguments in [
      ["--points", points], ["--points", points, "--output", "o.csv", "--moving", "m.nii"],
      ["--points", points, "--output", "o.csv", "--labels"], ["--moving", "m.nii"],
      ["--moving", "m", "--fixed", "f", "--output", "o.nii", "--frame", "ras"],
    ] {
      let result = try Program.run(["warp", "--transform", shift] + arguments)
      #expect(result.status == 64 && result.errorLines.count == 1)
    }
  }
}
