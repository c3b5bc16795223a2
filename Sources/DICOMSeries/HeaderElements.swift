import CGDCM

/// The elements of a file before its voxels.
struct HeaderElements: ~Copyable {
  let path: String
  private let header: OpaquePointer

  /// Parses the header; the voxels are not read.
  init(path: String) throws(DICOMError) {
    var header: OpaquePointer?
    let status = delineate_dicom_header_read(path, &header)
    guard status == Int32(DELINEATE_DICOM_OK.rawValue), let header else {
      throw .damaged(path: path, problem: "damaged or truncated DICOM header")
    }
    self.path = path
    self.header = header
  }

  deinit { delineate_dicom_header_destroy(header) }

  /// Whether the voxels are stored without compression.
  var isNative: Bool { delineate_dicom_header_is_native(header) != 0 }

  /// The text of an element, of a sequence's first item if one is named.
  func text(_ element: UInt32, in sequence: UInt32 = 0) -> String? {
    delineate_dicom_header_text(header, sequence, element).map { String(cString: $0) }
  }

  /// The finite numbers of an element, or nil if there are none or other text stands there.
  func numbers(_ element: UInt32, in sequence: UInt32 = 0) -> [Double]? {
    guard let text = text(element, in: sequence) else { return nil }
    var numbers: [Double] = []
    for part in text.split(separator: "\\", omittingEmptySubsequences: false) {
      let digits = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      guard let number = Double(String(digits)), number.isFinite else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The first number of an element.
  func number(_ element: UInt32, in sequence: UInt32 = 0) -> Double? {
    numbers(element, in: sequence)?.first
  }

  /// A number that must be whole and in a range.
  func integer(_ element: UInt32, named name: String, in range: ClosedRange<Int>, absent: Int)
    throws(DICOMError) -> Int
  {
    guard text(element) != nil else { return absent }
    guard let number = number(element), let whole = Int(exactly: number), range.contains(whole)
    else {
      throw .damaged(
        path: path,
        problem:
          "\(name) is \(text(element) ?? ""), expected \(range.lowerBound) to \(range.upperBound)")
    }
    return whole
  }
}
