import Inference
import ModelExchange
import Tensors
import TestSupport
import Testing
import VolumeFiles

@Suite struct PatchLogitsTests {
  @Test(arguments: Fixture.all) func logitsAreThoseOfNNUNet(fixture: Fixture) throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/logits.npz"
    let patches = "\(Fixture.folder)/\(fixture.name).npz"
    let shape = try PatchLogits(of: ModelFolder(fixture.path))
      .write(of: patches, to: output, precision: .float32)
    let (found, expected) = (try array(output), try array(patches))
    #expect(found.shape == shape && found.shape == expected.shape)
    let largest = expected.numbers.reduce(0) { max($0, abs($1)) }
    #expect(largestDifference(found.numbers, expected.numbers).value < 1e-5 * Double(largest))
  }

  @Test(arguments: [[1, 1, 8, 8], [1, 2, 8, 8, 8], [1, 1, 8, 8, 7]])
  func patchesOfOtherShapesAreRefused(shape: [Int]) throws {
    let folder = try TemporaryFolder()
    let (input, output) = (folder.path + "/patches.npz", folder.path + "/logits.npz")
    let writer = try NumPyArrayWriter(input, array: PatchLogits.inputName, shape: shape)
    try Array(repeating: Float(0), count: shape.reduce(1, *))
      .withUnsafeBufferPointer { try writer.write($0) }
    try writer.commit()
    let error = #expect(throws: ModelExchangeError.self) {
      try PatchLogits(of: ModelFolder(Fixture.plain.path)).write(of: input, to: output)
    }
    let line = error?.description ?? ""
    #expect(
      line.hasPrefix(input) && line.contains("\(shape)") && line.contains("(N, 1, "), "\(line)")
    #expect(folder.names == ["patches.npz"])
  }

  private func array(_ path: String) throws -> (numbers: [Float], shape: [Int]) {
    let array = try NumPyArrayReader(path, array: PatchLogits.outputName)
    var numbers = [Float](repeating: 0, count: array.shape.reduce(1, *))
    try numbers.withUnsafeMutableBufferPointer { try array.read(into: $0) }
    return (numbers, array.shape)
  }
}
