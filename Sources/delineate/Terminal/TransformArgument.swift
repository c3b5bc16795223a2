import ArgumentParser
import SpatialTransforms
import TransformFiles

/// A transform's file, with `inverse:` in front to pass it backwards, and `lps:`, `ras:` or `voxels:`
/// to say what the numbers of a field mean.
struct TransformArgument: ExpressibleByArgument {
  let path: String
  let isInverse: Bool
  let convention: FieldConvention

  init?(argument: String) {
    var rest = argument[...]
    func take(_ prefix: String) -> Bool {
      guard rest.hasPrefix(prefix) else { return false }
      rest = rest.dropFirst(prefix.count)
      return true
    }
    isInverse = take("inverse:")
    let stated: [FieldConvention] = [.lps, .ras, .voxels]
    convention = stated.first { take("\($0.rawValue):") } ?? .stated
    path = String(rest)
    if path.isEmpty { return nil }
  }
}

extension TransformChain {
  /// Reads transforms that a point passes in this order.
  init(reading arguments: [TransformArgument]) throws(TransformFileError) {
    var chain = TransformChain()
    for argument in arguments {
      let next = try TransformChain(contentsOf: argument.path, convention: argument.convention)
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
