public import JSONDocuments
import ZipArchives

extension TorchCheckpoint {
  /// Deeper nesting than any plan has.
  private static let largestDepth = 100
  /// More values than any log has; shared parts of a pickle can stand for far more than the file has bytes.
  private static let largestDocument = 1 << 20

  /// A part of the checkpoint that is made of texts, numbers, lists and dictionaries.
  ///
  /// Tuples are arrays, numpy's numbers are numbers, tensors and placeholders inside are null.
  ///
  /// - Parameter name: The part, such as `init_args`.
  /// - Returns: The document, or nil if there is no such part.
  /// - Throws: ``TorchCheckpointError`` if the part itself is a placeholder, or too large.
  public func document(_ name: String) throws(TorchCheckpointError) -> JSONValue? {
    guard let part = part(name) else { return nil }
    if case .foreign(let foreign) = graph[part] {
      throw .foreignObject(path: path, name: foreign, place: quoted(name))
    }
    var budget = Self.largestDocument
    guard let value = value(part, depth: 0, budget: &budget) else {
      throw .damaged(path: path, problem: "its \(quoted(name)) is nested too deeply or too large")
    }
    return value
  }

  private func value(
    _ reference: PickleGraph.Reference, depth: Int, budget: inout Int
  ) -> JSONValue? {
    budget -= 1
    guard depth < Self.largestDepth, budget > 0 else { return nil }
    switch graph[reference] {
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .number(value)
    case .string(let value): return .string(value)
    case .tuple, .list:
      var array: [JSONValue] = []
      for part in graph.parts(reference) ?? [] {
        guard let value = value(part, depth: depth + 1, budget: &budget) else { return nil }
        array.append(value)
      }
      return .array(array)
    case .dictionary(let items):
      var members: [(name: String, value: JSONValue)] = []
      var places: [String: Int] = [:]
      for (key, item) in items {
        guard let value = value(item, depth: depth + 1, budget: &budget) else { return nil }
        guard let name = name(key) else { continue }
        // A long name may be shared by all items.
        budget -= name.utf8.count / 16
        if let place = places[name] {
          members[place].value = value
        } else {
          places[name] = members.count
          members.append((name, value))
        }
      }
      return .object(JSONObject(uniqueMembers: members))
    default: return .null
    }
  }

  /// The name that a dictionary's key becomes, or nil.
  private func name(_ key: PickleGraph.Reference) -> String? {
    switch graph[key] {
    case .string(let name): name
    case .integer(let number): String(number)
    default: nil
    }
  }
}
