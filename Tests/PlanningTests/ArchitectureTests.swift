import Planning
import Testing

@Suite struct ArchitectureTests {
  private func cube(_ kind: Architecture.Kind, _ depths: [Int], decoder: Int) -> Architecture {
    let topology = NetworkTopology(
      spacing: [1, 1, 1], patch: [128, 128, 128], shortestEdge: 4)
    return Architecture(
      kind: kind, topology: topology, features: [32, 64, 128, 256, 320, 320],
      encoderDepths: depths, decoderDepths: Array(repeating: decoder, count: 5))
  }

  // The three figures are what dynamic_network_architectures 0.4.4 gives for these networks.
  @Test func costOfThePlainNetwork() {
    let network = cube(.plain, [2, 2, 2, 2, 2, 2], decoder: 2)
    #expect(network.featureMapElements(patch: [128, 128, 128], classes: 3) == 452_796_416)
  }

  @Test func costOfTheResidualEncoder() {
    let network = cube(.residualEncoder, [1, 3, 4, 6, 6, 6], decoder: 1)
    #expect(network.featureMapElements(patch: [128, 128, 128], classes: 3) == 557_420_544)
  }

  @Test func costOfTheHippocampusNetwork() {
    let topology = NetworkTopology(spacing: [1, 1, 1], patch: [36, 51, 35], shortestEdge: 4)
    let network = Architecture(
      kind: .plain, topology: topology, features: [32, 64, 128, 256],
      encoderDepths: [2, 2, 2, 2], decoderDepths: [2, 2, 2])
    #expect(topology.patch == [40, 56, 40])
    #expect(network.featureMapElements(patch: [40, 56, 40], classes: 3) == 19_174_400)
    #expect(network.divisors == [8, 8, 8])
  }
}

@Suite struct NetworkTopologyTests {
  // Expected values by nnunetv2 2.8.1: get_pool_and_conv_props([3.46355, .63465, .63465], [20, 256,
  // 320], 4, 999999).
  @Test func coarseAxisIsPooledLater() {
    let topology = NetworkTopology(
      spacing: [3.46355, 0.63465, 0.63465], patch: [20, 256, 320], shortestEdge: 4)
    #expect(
      topology.strides == [
        [1, 1, 1], [1, 2, 2], [1, 2, 2], [2, 2, 2], [2, 2, 2], [1, 2, 2], [1, 2, 2],
      ])
    #expect(
      topology.kernelSizes == [
        [1, 3, 3], [1, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3],
      ])
    #expect(topology.patch == [20, 256, 320])
    #expect(topology.divisors == [4, 64, 64])
  }

  @Test func patchIsEnlargedToTheDivisors() {
    let topology = NetworkTopology(spacing: [1, 1], patch: [228.5, 51], shortestEdge: 4)
    for axis in 0..<2 {
      #expect(topology.patch[axis] % topology.divisors[axis] == 0)
    }
    #expect(topology.patch[0] >= 229 && topology.patch[0] < 229 + topology.divisors[0])
  }

  @Test func tinyPatchHasOneStage() {
    let topology = NetworkTopology(spacing: [1, 1, 1], patch: [7, 7, 7], shortestEdge: 4)
    #expect(topology.strides == [[1, 1, 1]])
    #expect(topology.kernelSizes == [[3, 3, 3]])
    #expect(topology.patch == [7, 7, 7])
  }

  @Test func oneLongAxisNeedsThreeEdges() {
    let short = NetworkTopology(spacing: [1, 1], patch: [11, 5], shortestEdge: 4)
    #expect(short.strides.count == 1)
    let long = NetworkTopology(spacing: [1, 1], patch: [12, 5], shortestEdge: 4)
    #expect(long.strides == [[1, 1], [2, 1]])
  }
}
