import ArgumentParser
import SpatialTransforms
import TransformFiles

/// A transform's file, with `inverse:` in front to pass it backwards.
struct TransformArgument: ExpressibleByArgument {
  let path: String
  let isInverse: Bool

  init?(argument: String) {
    let prefix = "inverse:"
    isInverse = argument.hasPrefix(prefix)
    path = isInverse ? String(argument.dropFirst(prefix.count)) : argument
    if path.isEmpty { return nil }
  }
}

extension TransformChain {
  /// Reads transforms that a point passes in this order.
  init(reading arguments: [TransformArgument]) throws(TransformFileError) {
    var chain = TransformChain()
    for argument in arguments {
      let next = try TransformChain(contentsOf: argument.path)
      guard argument.isInverse else {
        chain = chain.followed(by: next)
        continue
      }
      guard let inverse = next.inverse else {
        throw .damaged(path: argument.path, line: 0, problem: "it has no inverse")
      }
      chain = chain.followed(by: inverse)
    }
    self = chain
  }
}
