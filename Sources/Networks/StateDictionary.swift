import Tensors

/// Weights that do not fit a network.
public enum StateDictionaryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A parameter of the network has no entry.
  case missing(name: String)
  /// An entry has another shape than the parameter.
  case wrongShape(name: String, expected: [Int], found: [Int])

  /// What does not fit, on one line.
  public var description: String {
    switch self {
    case .missing(let name): "the weights have no entry \"\(name)\"; they are of another network"
    case .wrongShape(let name, let expected, let found):
      "the weights \"\(name)\" have shape \(found), the network expects \(expected)"
    }
  }
}

extension Layer {
  /// Takes over weights by their names in nnU-Net's state dictionary; nothing changes if one does
  /// not fit.
  ///
  /// - Parameter entry: Shape and numbers of a name, or nil if there is none.
  /// - Throws: ``StateDictionaryError`` naming the first parameter without a fitting entry.
  public func load(
    _ entry: (_ name: String) -> (shape: [Int], values: [Float])?
  ) throws(StateDictionaryError) {
    var found: [(Parameter, [Float])] = []
    for parameter in parameters {
      guard let (shape, values) = entry(parameter.name) else {
        throw .missing(name: parameter.name)
      }
      guard shape == parameter.shape, values.count == parameter.count else {
        throw .wrongShape(name: parameter.name, expected: parameter.shape, found: shape)
      }
      found.append((parameter, values))
    }
    for (parameter, values) in found { parameter.values = values }
  }
}

/// The other names under which nnU-Net's state dictionary holds a parameter.
///
/// Convolution blocks register their layers a second time in a list, and the decoder holds the
/// encoder.
///
/// - Parameter name: The first name, as `Parameter.name`.
/// - Returns: Every further name.
public func stateDictionaryAliases(of name: String) -> [String] {
  var names = [name]
  for (layer, index) in [("conv", 0), ("norm", 1)] {
    for end in ["weight", "bias"] where name.hasSuffix(".\(layer).\(end)") {
      names.append(name.dropLast("\(layer).\(end)".count) + "all_modules.\(index).\(end)")
    }
  }
  if name.hasPrefix("encoder.") { names += names.map { "decoder.\($0)" } }
  return Array(names.dropFirst())
}
