import RandomNumbers
import Testing

@Suite struct MersenneTwisterTests {
  // numpy.random.RandomState(5489).randint(0, 2**32, 5, dtype=np.uint32)
  @Test func firstWordsOfTheStandardSeed() {
    var generator = MersenneTwister(seed: 5489)
    let words = (0..<5).map { _ in generator.next() }
    #expect(words == [3_499_211_612, 581_869_302, 3_890_346_734, 3_586_334_585, 545_404_204])
  }

  // numpy.random.RandomState(12345).permutation(10)
  @Test func permutationEqualsNumpys() {
    var generator = MersenneTwister(seed: 12345)
    #expect(generator.permutation(10) == [0, 7, 3, 9, 6, 4, 1, 8, 5, 2])
  }

  @Test(arguments: [1, 623, 624, 625, 2000])
  func fillingEqualsDrawing(count: Int) {
    var drawn = MersenneTwister(seed: 7)
    var filled = drawn
    let expected = (0..<count + 3).map { _ in drawn.next() }
    var words = [UInt32](repeating: 0, count: count)
    words.withUnsafeMutableBufferPointer { filled.fill($0) }
    #expect(words + (0..<3).map { _ in filled.next() } == expected)
  }
}
