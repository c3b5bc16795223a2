import FileOutput
import Phantoms
import VolumeFiles
import Volumes

// Two made-up patients for the recipes of this folder: a PET/CT whose PET has slipped, and an mpMRI
// examination whose channels have other grids and places.

guard CommandLine.arguments.count == 2 else { fatalError("usage: RegistrationPhantoms FOLDER") }
let folder = CommandLine.arguments[1]
for name in ["pet_ct", "mpmri", "masks"] { try createFolder("\(folder)/\(name)") }

/// Shows at `x` what the body has at `x - shift`.
func moved(_ shift: Vector3) -> @Sendable (Vector3) -> Vector3 { { $0 - shift } }

let phantom = RegistrationPhantom(seed: 3)
let ctGrid = RegistrationPhantom.grid(
  Extent(x: 172, y: 116, z: 86), spacing: Vector3(2, 2, 4), around: Vector3(0, 0, -10))
let petGrid = RegistrationPhantom.grid(
  Extent(x: 64, y: 46, z: 66), spacing: Vector3(5.3, 5.3, 5), around: Vector3(-8, 4, 20))
try phantom.image(.ct, on: ctGrid, blur: 2).write(to: "\(folder)/pet_ct/ct.nii.gz")
try phantom.image(.pet, on: petGrid, blur: 7, through: moved(Vector3(8, -5, 11)))
  .write(to: "\(folder)/pet_ct/pet.nii.gz")
try phantom.tumourMask(on: ctGrid).write(to: "\(folder)/masks/ct_tumours.nii.gz")

let liver = Vector3(-55, 0, -40)
let t1Grid = RegistrationPhantom.grid(
  Extent(x: 110, y: 84, z: 40), spacing: Vector3(1.8, 1.8, 4), around: liver)
let t2Grid = RegistrationPhantom.grid(
  Extent(x: 100, y: 76, z: 26), spacing: Vector3(2, 2, 6), around: liver + Vector3(6, -4, 5))
let adcGrid = RegistrationPhantom.grid(
  Extent(x: 66, y: 52, z: 28), spacing: Vector3(3, 3, 6), around: liver + Vector3(-5, 3, -4))
try phantom.image(.t1Contrast, on: t1Grid, blur: 2).write(to: "\(folder)/mpmri/t1_contrast.nii.gz")
try phantom.image(.t2, on: t2Grid, blur: 2, through: moved(Vector3(4, 3, -6)))
  .write(to: "\(folder)/mpmri/t2.nii.gz")
try phantom.image(.adc, on: adcGrid, blur: 4, through: moved(Vector3(-6, 2, 5)))
  .write(to: "\(folder)/mpmri/adc.nii.gz")

/// Landmarks: the centres of the tumours in the CT, and where the PET shows them.
func table(_ points: [Vector3]) -> String {
  "name,x,y,z\n"
    + points.enumerated().map { "tumour \($0 + 1),\($1.x),\($1.y),\($1.z)\n" }.joined()
}
try writeAtomically(table(phantom.tumourCentres), to: "\(folder)/masks/ct_landmarks.csv")
try writeAtomically(
  table(phantom.tumourCentres.map { $0 + Vector3(8, -5, 11) }),
  to: "\(folder)/masks/pet_landmarks.csv")
