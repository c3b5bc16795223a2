import FileOutput
import Parallelism
import Phantoms
import RegionsOfInterest
import VolumeFiles
import Volumes

// What the example needs besides delineate: made-up patients, and a rule that outlines tumours.

switch CommandLine.arguments.dropFirst().first {
case "phantoms" where CommandLine.arguments.count == 3:
  let folder = CommandLine.arguments[2]
  let cohort = PhantomCohort(size: .sharp, seed: 2, phase: .arterial)
  for name in ["scans", "truth", "tumours", "labels"] { try createFolder("\(folder)/\(name)") }
  let members = cohort.members.filter { $0.group != .externalSite }
  let cases = parallelMap(members.count) { cohort.makeCase(members[$0]) }
  for (member, phantom) in zip(members, cases) {
    // Even numbers of voxels, so that images of half the resolution cover the same space.
    let extent = phantom.labels.extent
    let box = VoxelBox(x: 0..<extent.x / 2 * 2, y: 0..<extent.y / 2 * 2, z: 0..<extent.z / 2 * 2)
    let scan = phantom.channels[1].cropped(to: box, filling: 0)
    guard member.group != .training else {
      try scan.write(to: "\(folder)/scans/\(member.name).nii.gz")
      continue
    }
    let labels = phantom.labels.cropped(to: box)
    try scan.write(to: "\(folder)/truth/\(member.name).nii.gz")
    try labels.write(to: "\(folder)/labels/\(member.name).nii.gz")
    try labels.mask(of: [PhantomCohort.tumour]).labelMap()
      .write(to: "\(folder)/tumours/\(member.name).nii.gz")
  }
case "outline" where CommandLine.arguments.count == 5:
  let (image, labels) = (CommandLine.arguments[2], CommandLine.arguments[3])
  try TumourOutline(
    in: Volume(contentsOf: image), around: LabelMap(contentsOf: labels)
  ).labels.write(to: CommandLine.arguments[4])
default:
  fatalError("usage: UpscalingExample phantoms FOLDER | outline IMAGE LABELS OUTPUT")
}
