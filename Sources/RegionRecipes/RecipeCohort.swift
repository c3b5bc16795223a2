import Datasets
import FileOutput

/// The cases of a table that a recipe is followed for.
public struct RecipeCohort: Hashable, Sendable {
  /// One line of the table.
  public struct Entry: Hashable, Sendable {
    /// The case.
    public let name: String
    /// Paths of the images, in the order of the recipe.
    public let images: [String]
    /// Paths of the masks, in the order of the recipe; nil where a field is empty.
    public let masks: [String?]
  }

  /// The cases in the order of the table.
  public let entries: [Entry]

  /// Reads the columns that a recipe wants of a table.
  ///
  /// - Parameters:
  ///   - path: A CSV file with the column `case` and those of the recipe's images and masks; paths are
  ///     relative to the table.
  ///   - recipe: The recipe.
  /// - Throws: ``RecipeError/cohort(_:)`` or ``RecipeError/table(path:problem:)`` for a missing column, a
  ///   case that is no file name or stands twice.
  public init(contentsOf path: String, for recipe: RegionRecipe) throws(RecipeError) {
    let table: DelimitedTable
    do throws(DatasetError) { table = try DelimitedTable(contentsOf: path) } catch {
      throw .cohort(error)
    }
    func column(_ name: String) throws(RecipeError) -> Int {
      guard let index = table.columns.firstIndex(of: name) else {
        throw .table(
          path: path,
          problem: "has no column \(name), found \(table.columns.joined(separator: ", "))")
      }
      return index
    }
    let cases = try column("case")
    var images: [Int] = []
    var masks: [Int] = []
    for image in recipe.images { images.append(try column(image.column)) }
    for mask in recipe.masks { masks.append(try column(mask)) }
    let folder = enclosingFolder(of: path)
    func joined(_ name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }
    var seen: Set<String> = []
    entries = try table.rows.map { (row) throws(RecipeError) in
      let name = row[cases]
      guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else {
        throw .table(path: path, problem: "the case '\(name)' cannot be part of a file name")
      }
      guard seen.insert(name).inserted else {
        throw .table(path: path, problem: "the case \(name) stands on two lines")
      }
      return Entry(
        name: name, images: images.map { joined(row[$0]) },
        masks: masks.map { row[$0].isEmpty ? nil : joined(row[$0]) })
    }
  }
}
