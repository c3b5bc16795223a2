public import JSONDocuments

/// A document in which one number was replaced by one that no honest file holds.
public struct AbsurdDocument: Sendable {
  /// The path of the number, its names and positions joined by dots.
  public let field: String
  /// What stands there now.
  public let number: JSONValue
  /// The whole document.
  public let document: JSONValue

  private static let numbers: [JSONValue] = [
    .integer(-1), .integer(0), .integer(1 << 20), .integer(1 << 40), .integer(.max), .integer(.min),
    .number(1e-300), .number(1e300), .number(-1e300), .number(.infinity), .number(.nan),
  ]

  /// Every number of a document replaced by every absurd one, one at a time.
  public static func variants(of document: JSONValue) -> [AbsurdDocument] {
    leaves(of: document, path: "").flatMap { leaf in
      numbers.map { AbsurdDocument(field: leaf.path, number: $0, document: leaf.replace($0)) }
    }
  }

  private struct Leaf {
    let path: String
    let replace: (JSONValue) -> JSONValue
  }

  private static func leaves(of value: JSONValue, path: String) -> [Leaf] {
    switch value {
    case .integer, .number: return [Leaf(path: path) { $0 }]
    case .array(let elements):
      return elements.indices.flatMap { index in
        leaves(of: elements[index], path: "\(path).\(index)").map { leaf in
          Leaf(path: leaf.path) { number in
            var changed = elements
            changed[index] = leaf.replace(number)
            return .array(changed)
          }
        }
      }
    case .object(let object):
      return object.members.flatMap { name, member in
        leaves(of: member, path: path.isEmpty ? name : "\(path).\(name)").map { leaf in
          Leaf(path: leaf.path) { number in
            var changed = object
            changed[name] = leaf.replace(number)
            return .object(changed)
          }
        }
      }
    case .null, .bool, .string: return []
    }
  }
}
