import FileOutput
import NumPyArrays
import RandomNumbers
import TestSupport
import Testing

@Suite struct NumPyArrayTests {
  @Test func fileOfNumPyIsRead() throws {
    let array = try NumPyArray(contentsOf: fixture("single.npy"))
    #expect(array.shape == [2, 3, 4] && array.floats() == (0..<24).map(Float.init))
  }

  @Test(arguments: ["objects.npy", "records.npy", "complex.npy"])
  func otherTypesAreRefused(name: String) throws {
    let error = #expect(throws: NumPyError.self) { try NumPyArray(contentsOf: fixture(name)) }
    guard case .unsupportedType = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  static let headers = [
    "", "{", "{}", "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} trailing",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (1,)}",
  ]

  @Test(arguments: headers) func damagedHeadersAreRefused(header: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/array.npy"
    func write(_ header: String) throws {
      let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
      try writeAtomically(start + Array(header.utf8) + [0, 0, 128, 63], to: path)
    }
    try write("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}")
    #expect(try NumPyArray(contentsOf: path).floats() == [1])
    try write(header)
    let error = #expect(throws: NumPyError.self) { try NumPyArray(contentsOf: path) }
    #expect(error?.description.contains("\n") == false && error?.description.contains(path) == true)
  }

  @Test func damageIsRefusedOrHarmless() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/array.npy"
    let sound = try bytes(ofFile: fixture("single.npy"))
    var refused = 0
    for seed in 0..<300 {
      var generator = SplitMix64(seed: UInt64(seed))
      var damaged = sound
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<70, using: &generator)
        damaged[place] = UInt8.random(in: 0...255, using: &generator)
      }
      try writeAtomically(damaged, to: path)
      do { #expect(try NumPyArray(contentsOf: path).bytes.count <= damaged.count) } catch {
        refused += 1
      }
    }
    #expect(refused > 250)
  }
}
