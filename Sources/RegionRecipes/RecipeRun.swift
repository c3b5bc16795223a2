import FileOutput
public import JSONDocuments
import RegionsOfInterest
import VolumeFiles
import Volumes

/// A recipe being followed for a cohort, its files and its manifest.
public struct RecipeRun: Sendable {
  /// A case, or one of its masks, of which nothing could be made.
  public struct Failure: Hashable, Sendable {
    /// The case.
    public let name: String
    /// Why, on one line.
    public let reason: String
  }

  /// Number of samples written.
  public let samples: Int
  /// What went wrong, in the order of the table.
  public let failures: [Failure]
  /// The manifest, as written to `manifest.json`.
  public let manifest: JSONValue

  /// Makes the samples of all cases and writes them to a folder, with a manifest; a case that fails
  /// does not keep the others from being made.
  ///
  /// - Parameters:
  ///   - recipe: What is made.
  ///   - name: The recipe's name or path, for the manifest.
  ///   - cohort: The cases.
  ///   - folder: Where to; made if it is not there.
  ///   - progress: Told how many cases are done and how many there are.
  /// - Throws: ``RecipeError/output(_:)`` where nothing can be written at all.
  public init(
    of recipe: RegionRecipe, named name: String, for cohort: RecipeCohort, to folder: String,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(RecipeError) {
    do throws(FileOutputError) { try createFolder(folder) } catch { throw .output(error) }
    var samples: [JSONValue] = []
    var failures: [Failure] = []
    for (number, entry) in cohort.entries.enumerated() {
      progress(number, cohort.entries.count)
      let volumes: [Volume<Float>]
      do throws(RecipeError) {
        volumes = try entry.images.map { (path) throws(RecipeError) in try image(path) }
      } catch {
        failures.append(Failure(name: entry.name, reason: error.description))
        continue
      }
      for (column, path) in zip(recipe.masks, entry.masks) {
        guard let path else { continue }
        do throws(RecipeError) {
          for sample in try Self.samples(recipe, volumes, mask: path) {
            let writer = SampleWriter(
              sample: sample, recipe: recipe, folder: folder,
              name: SampleWriter.name(entry.name, recipe.masks.count > 1 ? column : nil, sample))
            var record = try writer.write()
            record["case"] = .string(entry.name)
            record["mask"] = .string(path)
            record["mask_column"] = .string(column)
            record["images"] = .array(entry.images.map { .string($0) })
            samples.append(.object(record))
          }
        } catch {
          failures.append(Failure(name: entry.name, reason: error.description))
        }
      }
    }
    progress(cohort.entries.count, cohort.entries.count)
    self.samples = samples.count
    self.failures = failures
    manifest = [
      "recipe": .string(name), "settings": recipe.document, "samples": .array(samples),
      "failures": .array(
        failures.map { ["case": .string($0.name), "reason": .string($0.reason)] }),
    ]
    do throws(FileOutputError) {
      try writeAtomically(manifest.text() + "\n", to: folder + "/manifest.json")
    } catch { throw .output(error) }
  }

  private static func samples(
    _ recipe: RegionRecipe, _ volumes: [Volume<Float>], mask path: String
  ) throws(RecipeError) -> [RegionSample] {
    let map: LabelMap
    do throws(VolumeFileError) { map = try LabelMap(contentsOf: path) } catch {
      throw .volume(error)
    }
    do throws(RegionError) { return try recipe.samples(of: volumes, map) } catch {
      throw .region(path: path, error)
    }
  }
}

private func image(_ path: String) throws(RecipeError) -> Volume<Float> {
  do throws(VolumeFileError) { return try Volume<Float>(contentsOf: path) } catch {
    throw .volume(error)
  }
}
