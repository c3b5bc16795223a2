import Parallelism
import Phantoms
import Testing
import Volumes

@Suite struct PhantomCohortTests {
  static let cohort = PhantomCohort(size: .quick, seed: 5)
  /// Two cases of every group.
  static let sample = PhantomCohort.Group.allCases.flatMap { group in
    cohort.members.filter { $0.group == group }.prefix(2)
  }

  @Test func sizesOfTheGroups() {
    func count(_ size: PhantomCohort.Size, _ group: PhantomCohort.Group) -> Int {
      PhantomCohort(size: size).members.count { $0.group == group }
    }
    #expect(count(.quick, .training) == 16)
    #expect(count(.quick, .homeSite) == 4)
    #expect(count(.quick, .externalSite) == 4)
    #expect(count(.full, .training) == 32)
    #expect(Set(Self.cohort.members.map(\.name)).count == 24)
  }

  @Test func casesDependOnSeedAndMemberOnly() {
    let member = Self.cohort.members[3]
    let first = Self.cohort.makeCase(member)
    let again = ThreadBudget.serially { PhantomCohort(size: .quick, seed: 5).makeCase(member) }
    #expect(first.channels.map(\.voxels) == again.channels.map(\.voxels))
    #expect(first.labels.labels == again.labels.labels)
    let otherSeed = PhantomCohort(size: .quick, seed: 6).makeCase(member)
    let otherPatient = Self.cohort.makeCase(Self.cohort.members[4])
    #expect(first.labels.labels != otherSeed.labels.labels)
    #expect(first.labels.labels != otherPatient.labels.labels)
  }

  @Test(arguments: sample) func everyStructureIsThereAndLooksItsPart(member: PhantomCohort.Member) {
    let phantom = Self.cohort.makeCase(member)
    let labels = phantom.labels.labels
    var means = [[Double]](repeating: [0, 0, 0, 0], count: 2)
    var counts = [0, 0, 0, 0]
    for index in labels.indices {
      counts[Int(labels[index])] += 1
      for channel in 0..<2 {
        means[channel][Int(labels[index])] += Double(phantom.channels[channel].voxels[index])
      }
    }
    for channel in 0..<2 {
      for label in 0..<4 { means[channel][label] /= Double(counts[label]) }
    }
    let (liver, tumour, kidney) = (1, 2, 3)
    #expect(counts[liver] > 3000 && counts[tumour] > 100 && counts[kidney] > 400, "\(counts)")
    // Tumours are bright in T2, dark after contrast; kidneys are the brightest organ after
    // contrast.
    #expect(means[0][tumour] > 1.3 * means[0][liver])
    #expect(means[1][tumour] < 0.95 * means[1][liver])
    #expect(means[1][kidney] > means[1][tumour])
    // The liver is on the patient's right, x towards the left.
    #expect(meanX(of: 1, in: phantom.labels) < -15)
  }

  @Test(arguments: sample) func intensitiesAreWholeNumbersOnTheLabelsGrid(
    member: PhantomCohort.Member
  ) {
    let phantom = Self.cohort.makeCase(member)
    for channel in phantom.channels {
      #expect(channel.extent == phantom.labels.extent)
      #expect(channel.geometry.direction == phantom.labels.geometry.direction)
      #expect(channel.voxels.allSatisfy { $0 >= 0 && $0 < 32767 && $0 == $0.rounded() })
    }
    #expect(abs(phantom.labels.geometry.direction.determinant - 1) < 1e-12)
    let isThick = phantom.labels.geometry.spacing.z > 4.5
    #expect(isThick == (member.group == .externalSite))
  }

  /// In air the magnitude of complex noise has mean / standard deviation = sqrt(pi / (4 - pi)) =
  /// 1.913.
  @Test func noiseIsRician() {
    let phantom = Self.cohort.makeCase(Self.cohort.members[0])
    for channel in phantom.channels {
      var corner: [Double] = []
      for z in 0..<channel.extent.z {
        for y in 0..<8 { for x in 0..<8 { corner.append(Double(channel[x, y, z])) } }
      }
      let mean = corner.reduce(0, +) / Double(corner.count)
      let variance = corner.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(corner.count)
      #expect(abs(mean / variance.squareRoot() - 1.913) < 0.12)
    }
  }

  /// Growths lie in the liver: nearly every voxel beside a tumour is liver or tumour.
  @Test func tumoursLieInTheLiver() {
    let labels = Self.cohort.makeCase(Self.cohort.members[0]).labels
    let extent = labels.extent
    var (inside, outside) = (0, 0)
    for z in 1..<extent.z - 1 {
      for y in 1..<extent.y - 1 {
        for x in 1..<extent.x - 1 where labels[x, y, z] == PhantomCohort.tumour {
          for neighbour in [labels[x - 1, y, z], labels[x + 1, y, z], labels[x, y - 1, z]] {
            if neighbour == PhantomCohort.liver || neighbour == PhantomCohort.tumour {
              inside += 1
            } else {
              outside += 1
            }
          }
        }
      }
    }
    #expect(inside > 10 * outside, "\(inside) neighbours in the liver, \(outside) outside")
  }

  private func meanX(of label: LabelMap.Label, in labels: LabelMap) -> Double {
    let extent = labels.extent
    var (sum, count) = (0.0, 0.0)
    for z in 0..<extent.z {
      for y in 0..<extent.y {
        for x in 0..<extent.x where labels[x, y, z] == label {
          sum +=
            labels.geometry.worldPoint(ofVoxel: Vector3(Double(x), Double(y), Double(z))).x
          count += 1
        }
      }
    }
    return sum / count
  }
}
