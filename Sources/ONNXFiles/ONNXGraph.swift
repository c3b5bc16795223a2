import Tensors

/// The nodes and weights of a graph in the making.
///
/// - Source: ONNX IR version 8, operator set 17.
struct ONNXGraph {
  private var nodes: [ProtobufMessage] = []
  private var weights: [ProtobufMessage] = []

  /// An attribute of a node.
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
  }

  /// Adds a node with one result.
  ///
  /// - Parameters:
  ///   - operation: The operator.
  ///   - inputs: Names of what goes in.
  ///   - attributes: Names and values.
  /// - Returns: The name of the result.
  mutating func add(
    _ operation: String, _ inputs: [String], _ attributes: [(String, Attribute)] = []
  ) -> String {
    let result = "\(operation)_\(nodes.count)"
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    node.add(2, result)
    node.add(3, result)
    node.add(4, operation)
    for (name, value) in attributes { node.add(5, Self.attribute(name, value)) }
    nodes.append(node)
    return result
  }

  /// Adds weights under their name.
  mutating func add(_ parameter: Parameter) -> String {
    var tensor = ProtobufMessage()
    for length in parameter.shape { tensor.add(1, length) }
    tensor.add(2, 1)  // float32
    tensor.add(8, parameter.name)
    tensor.add(9, bytes: parameter.values.withUnsafeBytes { Array($0) })
    weights.append(tensor)
    return parameter.name
  }

  /// The model: graph, versions and the program that made it.
  ///
  /// - Parameters:
  ///   - result: The name of the node's result that is the graph's.
  ///   - input: Name and lengths of the axes of the input; nil lengths are free.
  ///   - output: The same of the output.
  /// - Returns: The bytes of the file.
  mutating func model(
    of result: String, input: ONNXValue, output: ONNXValue
  ) -> [UInt8] {
    var identity = ProtobufMessage()
    identity.add(1, result)
    identity.add(2, output.name)
    identity.add(3, output.name)
    identity.add(4, "Identity")
    var graph = ProtobufMessage()
    for node in nodes { graph.add(1, node) }
    graph.add(1, identity)
    graph.add(2, "segmentation network")
    for tensor in weights { graph.add(5, tensor) }
    graph.add(11, input.message)
    graph.add(12, output.message)
    var operators = ProtobufMessage()
    operators.add(1, "")
    operators.add(2, 17)
    var model = ProtobufMessage()
    model.add(1, 8)
    model.add(2, "Delineate")
    model.add(7, graph)
    model.add(8, operators)
    return model.bytes
  }

  private static func attribute(_ name: String, _ value: Attribute) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    switch value {
    case .float(let number):
      message.add(2, number)
      message.add(20, 1)
    case .integer(let number):
      message.add(3, number)
      message.add(20, 2)
    case .integers(let numbers):
      for number in numbers { message.add(8, number) }
      message.add(20, 7)
    }
    return message
  }
}

/// An input or output of a graph, of float32.
struct ONNXValue {
  let name: String
  /// Lengths of the axes, or names of those that are free.
  let axes: [Axis]

  enum Axis {
    case length(Int)
    case free(String)
  }

  var message: ProtobufMessage {
    var shape = ProtobufMessage()
    for axis in axes {
      var dimension = ProtobufMessage()
      switch axis {
      case .length(let length): dimension.add(1, length)
      case .free(let name): dimension.add(2, name)
      }
      shape.add(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, 1)  // float32
    tensor.add(2, shape)
    var type = ProtobufMessage()
    type.add(1, tensor)
    var message = ProtobufMessage()
    message.add(1, name)
    message.add(2, type)
    return message
  }
}
