import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

/// Writes the files of one sample.
struct SampleWriter {
  let sample: RegionSample
  let recipe: RegionRecipe
  let folder: String
  /// What all files' names begin with.
  let name: String

  /// The beginning of a sample's file names: case, mask if there are several, lesion.
  static func name(_ entry: String, _ mask: String?, _ sample: RegionSample) -> String {
    entry + (mask.map { "_" + $0 } ?? "") + (sample.lesion.map { "_lesion\($0)" } ?? "")
  }

  /// Writes the sample and says what the manifest says of it.
  func write() throws(RecipeError) -> JSONObject {
    var files: [String] = []
    for format in recipe.formats {
      do throws(VolumeFileError) {
        switch format {
        case .png: files += try writePictures()
        case .tiff:
          files.append("\(name).tif")
          try ImageFile(channels: sample.channels).write(to: "\(folder)/\(name).tif")
        case .nifti:
          files += ["\(name).nii.gz", "\(name)_mask.nii.gz"]
          try ImageFile(channels: sample.channels).write(to: "\(folder)/\(name).nii.gz")
          try sample.mask.write(to: "\(folder)/\(name)_mask.nii.gz")
        }
      } catch { throw .volume(error) }
    }
    return record(files)
  }

  /// One picture per slice; the names of several are numbered by the slice on the recipe's grid, or on
  /// the resized one.
  private func writePictures() throws(VolumeFileError) -> [String] {
    let extent = sample.channels[0].extent
    let first = extent.z == sample.box.z.count ? sample.box.z.lowerBound : 0
    var files: [String] = []
    for z in 0..<extent.z {
      let plane = extent.x * extent.y
      var values = [UInt16](repeating: 0, count: plane * sample.channels.count)
      for (index, channel) in sample.channels.enumerated() {
        for pixel in 0..<plane {
          values[pixel * sample.channels.count + index] = UInt16(
            (channel.voxels[z * plane + pixel] * 65535).rounded())
        }
      }
      let file = extent.z > 1 ? "\(name)_slice\(first + z).png" : "\(name).png"
      try PNGFile.write(
        PNGFile.Picture(
          width: extent.x, height: extent.y, channelCount: sample.channels.count,
          samples: .sixteenBit(values)), to: "\(folder)/\(file)")
      files.append(file)
    }
    return files
  }

  private func record(_ files: [String]) -> JSONObject {
    let (box, grid) = (sample.box, sample.grid)
    let made = sample.channels[0].geometry
    func range(_ range: Range<Int>) -> JSONValue {
      [.integer(range.lowerBound), .integer(range.upperBound)]
    }
    func numbers(_ vector: Vector3) -> JSONValue {
      [.number(vector.x), .number(vector.y), .number(vector.z)]
    }
    func extent(_ extent: Extent) -> JSONValue {
      [.integer(extent.x), .integer(extent.y), .integer(extent.z)]
    }
    let lengths = Vector3(
      Double(box.x.count) * grid.spacing.x, Double(box.y.count) * grid.spacing.y,
      Double(box.z.count) * grid.spacing.z)
    return [
      "case": "", "mask_column": "", "mask": "", "images": [],
      "lesion": sample.lesion.map { .integer($0) } ?? .null,
      "files": .array(files.map { .string($0) }),
      "region_voxels": .integer(sample.regionVoxels),
      "region_ml": .number(Double(sample.regionVoxels) * grid.voxelVolume / 1000),
      "box_voxels": [range(box.x), range(box.y), range(box.z)], "box_mm": numbers(lengths),
      "padding_voxels": .array(
        sample.padding.map { [.integer($0.before), .integer($0.after)] }),
      "grid_size": extent(grid.extent), "grid_spacing_mm": numbers(grid.spacing),
      "size": extent(made.extent), "spacing_mm": numbers(made.spacing),
      "origin_lps_mm": numbers(made.origin),
    ]
  }
}
