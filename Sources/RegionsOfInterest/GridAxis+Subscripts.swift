import Volumes

extension Extent {
  /// The number of voxels along an axis.
  package subscript(axis: GridAxis) -> Int {
    get {
      switch axis {
      case .x: x
      case .y: y
      case .z: z
      }
    }
    set {
      switch axis {
      case .x: x = newValue
      case .y: y = newValue
      case .z: z = newValue
      }
    }
  }
}

extension VoxelBox {
  /// The voxels along an axis.
  public subscript(axis: GridAxis) -> Range<Int> {
    get {
      switch axis {
      case .x: x
      case .y: y
      case .z: z
      }
    }
    set {
      switch axis {
      case .x: x = newValue
      case .y: y = newValue
      case .z: z = newValue
      }
    }
  }
}

extension Vector3 {
  /// The component along an axis.
  subscript(axis: GridAxis) -> Double {
    switch axis {
    case .x: x
    case .y: y
    case .z: z
    }
  }
}
