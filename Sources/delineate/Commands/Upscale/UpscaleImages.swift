import ArgumentParser
import Datasets
import FileOutput
import FoundationEssentials
import VolumeFiles
import Volumes

/// Images given as files, folders and tables.
struct UpscaleImages {
  /// The files, in the order of their names within each folder and of the lines of a table.
  let paths: [String]

  /// - Parameter inputs: Files; folders, of which every image is taken; and tables in CSV, of which every column but `case`
  ///   names images.
  /// - Throws: A `ValidationError` naming what is not there.
  init(_ inputs: [String]) throws {
    paths = try inputs.flatMap { input in
      guard FileManager.default.fileExists(atPath: input) else {
        throw ValidationError("\(input): there is no such file or folder")
      }
      if isFolder(input) { return try Self.images(inFolder: input) }
      return input.lowercased().hasSuffix(".csv") ? try Self.images(inTable: input) : [input]
    }
  }

  private static func images(inFolder folder: String) throws -> [String] {
    let endings = VolumeFileFormat.allCases.flatMap(\.endings).filter { !$0.hasPrefix(".img") }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { name in
        !name.hasPrefix(".") && endings.contains { name.lowercased().hasSuffix($0) }
      }
    guard !names.isEmpty else { throw ValidationError("\(folder): holds no images") }
    return names.sorted().map { "\(folder)/\($0)" }
  }

  /// The images of a table, a case with its modalities per line; paths are relative to the table.
  private static func images(inTable path: String) throws -> [String] {
    let table = try DelimitedTable(contentsOf: path)
    guard table.columns.contains("case") else {
      throw TableProblem(
        path: path,
        problem: "has no column case, found \(table.columns.joined(separator: ", "))")
    }
    guard !table.rows.isEmpty else { throw TableProblem(path: path, problem: "has no cases") }
    let folder = enclosingFolder(of: path)
    return try table.rows.flatMap { row in
      let fields = zip(table.columns, row)
      let name = fields.first { $0.0 == "case" }?.1 ?? ""
      return try fields.filter { $0.0 != "case" }.map { column, field in
        guard !field.isEmpty else {
          throw TableProblem(
            path: path, problem: "the case \(name) has no \(column); every case needs all images")
        }
        let image = field.hasPrefix("/") ? field : "\(folder)/\(field)"
        guard FileManager.default.fileExists(atPath: image) else {
          throw TableProblem(path: path, problem: "the case \(name): there is no \(image)")
        }
        return image
      }
    }
  }

  /// A channel of an image.
  struct Channel {
    /// The file it is in.
    let file: String
    /// The file, and the channel's number if there are several.
    let name: String
    let volume: Volume<Float>
  }

  /// The channels of all images.
  ///
  /// - Throws: A `ValidationError` naming two images with unlike numbers of channels, most often a series among volumes.
  func channels() throws -> [Channel] {
    var first: (path: String, count: Int)?
    return try paths.flatMap { path in
      let image = try ImageFile(contentsOf: path)
      let count = image.channels.count
      if let first, first.count != count {
        throw ValidationError(
          "\(path): has \(count) channels and \(first.path) has \(first.count); give images with equal "
            + "numbers of channels")
      }
      first = first ?? (path, count)
      return image.channels.enumerated().map { index, channel in
        Channel(
          file: path, name: count == 1 ? path : "\(path), channel \(index)", volume: channel)
      }
    }
  }
}

/// Label maps of images, given as a file or as a folder of files that are named as the images.
struct UpscaleLabels {
  /// The file or the folder.
  let path: String

  /// The label map of an image, on its grid.
  ///
  /// - Throws: A `ValidationError` if there is none or it lies on another grid.
  func map(of image: String) throws -> LabelMap {
    let source = file(of: image)
    guard FileManager.default.fileExists(atPath: source) else {
      throw ValidationError("\(source): there is no such label map for \(image)")
    }
    let map = try LabelMap(contentsOf: source)
    guard map.geometry.matches(try VolumeHeader(contentsOf: image).geometry, tolerance: 1e-4)
    else {
      throw ValidationError("\(source): is on another grid than \(image)")
    }
    return map
  }

  private func file(of image: String) -> String {
    guard isFolder(path) else { return path }
    let name = fileName(of: image)
    let exact = "\(path)/\(name)"
    if FileManager.default.fileExists(atPath: exact) { return exact }
    // nnU-Net numbers the channels of images, and label maps have none.
    let plain = name.replacing(/_[0-9]{4}\./, with: ".", maxReplacements: 1)
    return FileManager.default.fileExists(atPath: "\(path)/\(plain)") ? "\(path)/\(plain)" : exact
  }
}
