import Glibc
import Inference
import JSONDocuments
import Safetensors
import TestSupport

/// What a checkpoint holds, but for the seconds it took.
struct Checkpoint: Equatable {
  let tensors: [String: [UInt8]]
  let training: JSONValue

  var names: [String] { tensors.keys.sorted() }

  init(_ folder: String, _ kind: ModelFolder.Checkpoint) throws {
    let file = try SafetensorsFile(contentsOf: "\(folder)/\(kind.fileName)")
    var tensors: [String: [UInt8]] = [:]
    for name in file.names { tensors[name] = try file.bytes(name) }
    self.tensors = tensors
    training = Self.withoutSeconds(try JSONValue(parsing: file.metadata["training"] ?? ""))
  }

  private static func withoutSeconds(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      var result = JSONObject()
      for (name, value) in object.members where name != "seconds" {
        result[name] = withoutSeconds(value)
      }
      return .object(result)
    case .array(let values): return .array(values.map(withoutSeconds))
    default: return value
    }
  }
}

/// The lines of a run's `training_log.jsonl`.
func trainingLog(_ folder: String) throws -> [JSONValue] {
  let text = String(decoding: try bytes(ofFile: "\(folder)/training_log.jsonl"), as: UTF8.self)
  return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
}

/// Removes a file.
func removeFile(_ path: String) throws {
  struct Failure: Error { let path: String }
  guard unlink(path) == 0 else { throw Failure(path: path) }
}
