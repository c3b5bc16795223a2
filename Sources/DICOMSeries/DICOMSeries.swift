public import Volumes

/// The files of one DICOM series that form a volume.
///
/// ```swift
/// let series = try DICOMSeries.series(inFolder: "scan")
/// let volume = try series[0].read()
/// ```
public struct DICOMSeries: Sendable {
  /// SeriesInstanceUID, followed by #1, #2 and so on for one that holds several volumes.
  ///
  /// Volumes are told apart by echo time, b value, point in time or acquisition.
  public let identifier: String
  /// What the first file says about the acquisition.
  public let facts: AcquisitionFacts
  /// The files, without order.
  let slices: [Slice]

  init(identifier: String, slices: [Slice]) {
    self.identifier = identifier
    self.slices = slices
    facts = slices[0].facts
  }

  /// Number of slices.
  public var sliceCount: Int { slices.count }
  /// Numbers of columns and rows of the first file.
  public var planeSize: (columns: Int, rows: Int) { (slices[0].columns, slices[0].rows) }
  /// Distance in mm between columns and between rows, if the first file has it.
  public var planeSpacing: (x: Double, y: Double)? { slices[0].spacing }

  /// The grid of the volume, from the headers alone.
  ///
  /// - Throws: ``DICOMError`` if the slices do not form one regular volume.
  public func geometry() throws(DICOMError) -> Geometry { try SliceStack(slices).geometry }

  /// Reads the volume: RescaleSlope and RescaleIntercept applied per slice, whatever the modality.
  ///
  /// - Throws: ``DICOMError`` if the slices do not form one regular volume, or a file is damaged.
  /// - Complexity: O(voxels); memory for the volume and one slice.
  public func read() throws(DICOMError) -> Volume<Float> {
    let stack = try SliceStack(slices)
    let extent = stack.geometry.extent
    var voxels: [Float] = []
    voxels.reserveCapacity(extent.count)
    var stored = [Double](repeating: 0, count: extent.x * extent.y)
    for slice in stack.slices {
      try slice.readStored(into: &stored)
      for value in stored { voxels.append(Float(value * slice.slope + slice.intercept)) }
    }
    return Volume(voxels: voxels, geometry: stack.geometry)
  }

  /// SUVbw, in g/ml, of a voxel of 1 in the volume ``read()`` gives.
  ///
  /// The earliest slice decides where slices were acquired one after another.
  ///
  /// - Returns: g/ml for 1 Bq/ml.
  /// - Throws: ``DICOMError/noUptake(path:problem:)`` if it is no PET in Bq/ml or facts are missing.
  public func uptakePerActivity() throws(DICOMError) -> Double {
    var uptake = facts.uptake
    uptake.acquisition = slices.compactMap(\.facts.uptake.acquisition).min {
      $0.seconds < $1.seconds
    }
    return try uptake.uptakePerActivity(path: slices[0].path)
  }
}
