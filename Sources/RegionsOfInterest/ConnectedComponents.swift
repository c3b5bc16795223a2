public import Volumes

/// The connected parts of a mask.
///
/// Components are numbered from 1 in the order in which their first voxels stand in memory, as
/// `scipy.ndimage.label` numbers them.
public struct ConnectedComponents: Sendable {
  /// Neighbouring voxels of one component in one row.
  public struct Run: Hashable, Sendable {
    /// Positions in memory of the voxels.
    public let voxels: Range<Int>
    /// Number of the component, from 1.
    public let component: Int
  }

  /// All voxels of the mask, in the order of memory.
  public let runs: [Run]
  /// Voxels of every component; component `n` stands at `n - 1`.
  public let sizes: [Int]
  /// The mask's grid.
  public let geometry: Geometry

  /// Number of components.
  public var count: Int { sizes.count }

  /// Finds the connected parts of a mask.
  ///
  /// - Parameters:
  ///   - mask: The mask.
  ///   - connectivity: Which voxels are neighbours.
  /// - Complexity: O(voxels) time on all threads to find runs, then near O(runs) on one; memory for
  ///   the runs only. The result does not depend on the number of threads.
  public init(of mask: Mask, connectivity: Connectivity) {
    let rows = MaskRows(of: mask)
    var forest = DisjointSets(count: rows.runs.count)
    for (y, z, reach) in connectivity.earlierRows {
      rows.joinNeighbours(offset: (y, z), reach: reach, in: &forest)
    }
    var sizes: [Int] = []
    // A set's root is its first run, so that numbers ascend with first voxels.
    var numbers = [Int](repeating: 0, count: rows.runs.count)
    var runs: [Run] = []
    runs.reserveCapacity(rows.runs.count)
    for (index, voxels) in rows.runs.enumerated() {
      let root = forest.root(of: index)
      if root == index {
        sizes.append(0)
        numbers[index] = sizes.count
      }
      sizes[numbers[root] - 1] += voxels.count
      runs.append(Run(voxels: voxels, component: numbers[root]))
    }
    self.runs = runs
    self.sizes = sizes
    geometry = mask.geometry
  }

  /// For every voxel the number of its component, 0 outside the mask.
  public var numbers: Volume<Int32> {
    var result = Volume<Int32>(repeating: 0, geometry: geometry)
    for run in runs {
      for voxel in run.voxels { result.voxels[voxel] = Int32(run.component) }
    }
    return result
  }

  /// The voxels of the components whose number of voxels is the largest; of several equally large
  /// ones all, and of an empty mask none.
  public var largest: Mask {
    let size = sizes.max() ?? 0
    return mask { sizes[$0 - 1] == size }
  }

  /// The voxels of the components that are to be kept.
  ///
  /// - Parameter isKept: Whether a component, given by its number from 1, is kept.
  /// - Returns: A mask on the same grid.
  public func mask(where isKept: (Int) -> Bool) -> Mask {
    let kept = sizes.indices.map { isKept($0 + 1) }
    var result = Mask(repeating: false, geometry: geometry)
    for run in runs where kept[run.component - 1] {
      for voxel in run.voxels { result.voxels[voxel] = true }
    }
    return result
  }
}
