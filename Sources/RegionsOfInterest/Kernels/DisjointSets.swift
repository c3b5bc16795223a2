/// Sets of numbers that are joined pair by pair; the smallest number of a set is its root.
///
/// - Source: Tarjan, "Efficiency of a good but not linear set union algorithm", J. ACM 22(2), 1975,
///   doi:10.1145/321879.321884; paths are halved.
struct DisjointSets {
  private var parents: [Int]

  /// Sets of one number each.
  init(count: Int) { parents = Array(0..<count) }

  /// The smallest number of the set that `element` is in.
  mutating func root(of element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  /// Makes one set of the two that `a` and `b` are in.
  mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (root(of: a), root(of: b))
    if first < second { parents[second] = first } else { parents[first] = second }
  }
}
