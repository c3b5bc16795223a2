import ArgumentParser
import FileOutput
import FoundationEssentials
import SuperResolution
import VolumeFiles
import Volumes

struct Upscale: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Raises the resolution of images by a network that learns from sharper ones.",
    discussion: """
      Train on your own scans of high resolution: coarse images are made of them as a scanner would \
      have made them, and the network learns the way back. What it adds is an estimate: it is not seen by the scanner.
      """,
    subcommands: [UpscaleTrain.self, UpscaleApply.self, UpscaleEvaluate.self])
}

/// Images given as files and folders.
struct UpscaleImages {
  /// The files, in the order of their names within each folder.
  let paths: [String]

  /// - Parameter inputs: Files, and folders, of which every image is taken.
  /// - Throws: A `ValidationError` naming what is not there.
  init(_ inputs: [String]) throws {
    var paths: [String] = []
    for input in inputs {
      guard FileManager.default.fileExists(atPath: input) else {
        throw ValidationError("\(input): there is no such file or folder")
      }
      guard isFolder(input) else {
        paths.append(input)
        continue
      }
      let endings = VolumeFileFormat.allCases.flatMap(\.endings).filter { !$0.hasPrefix(".img") }
      let names = try FileManager.default.contentsOfDirectory(atPath: input)
        .filter { name in
          !name.hasPrefix(".") && endings.contains { name.lowercased().hasSuffix($0) }
        }
      guard !names.isEmpty else { throw ValidationError("\(input): holds no images") }
      paths += names.sorted().map { "\(input)/\($0)" }
    }
    self.paths = paths
  }

  /// The channels of an image, each with its name.
  static func channels(of path: String) throws -> [UpscalingTraining.Image] {
    let image = try ImageFile(contentsOf: path)
    return image.channels.enumerated().map { index, channel in
      .init(
        path: image.channels.count == 1 ? path : "\(path), channel \(index)", volume: channel)
    }
  }
}
