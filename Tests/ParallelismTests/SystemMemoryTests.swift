import Parallelism
import Testing

@Suite struct SystemMemoryTests {
  @Test func availableIsPartOfTheTotal() throws {
    let available = try #require(SystemMemory.available)
    let total = try #require(SystemMemory.total)
    #expect(available > 0 && available <= total)
    #expect(SystemMemory.peakResident > 1 << 20)
  }
}
