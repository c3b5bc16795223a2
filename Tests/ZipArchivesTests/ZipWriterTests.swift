import TestSupport
import Testing
import ZipArchives

@Suite struct ZipWriterTests {
  /// The fixture's script reads the same bytes with Python's zipfile.
  @Test func archiveIsTheOneThatPythonReads() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/written.zip"
    var writer = try ZipWriter(replacing: path)
    try writer.add("a/stored.bin", Array("stored".utf8), method: .stored)
    try writer.add("a/deflated.bin", Array(String(repeating: "deflated", count: 1000).utf8))
    let numbers = (0...255).map { UInt8($0) }
    try writer.add("aligned", byteCount: 256, method: .stored, alignment: 64) {
      (append) throws(ZipError) in
      try numbers.withBytes { (all) throws(ZipError) in
        try append(UnsafeRawBufferPointer(rebasing: all[..<100]))
        try append(UnsafeRawBufferPointer(rebasing: all[100...]))
      }
    }
    try writer.add("ä", [])
    try writer.finish()
    let found = try readAll(bytes(ofFile: path))
    let expected = try readAll(bytes(ofFile: fixture("written.zip")))
    #expect(found == expected && found.count == 4)
    // Compressed bytes depend on the version of zlib; all others are the fixture's.
    #expect(
      try bytes(ofFile: path).prefix(100) == bytes(ofFile: fixture("written.zip")).prefix(100))
    let place = try bytes(ofFile: path).places(of: numbers)
    #expect(place.count == 1 && place[0] % 64 == 0)
  }

  @Test func nothingIsWrittenOnError() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file.zip"
    func refuse(_ problem: String, _ add: (inout ZipWriter) throws(ZipError) -> Void) throws {
      var writer = try ZipWriter(replacing: path)
      let error = #expect(throws: ZipError.self) { try add(&writer) }
      #expect(error?.description.contains(problem) == true)
    }
    try refuse("leaves the folder") { (writer) throws(ZipError) in try writer.add("../a", [1]) }
    try refuse("occurs twice") { (writer) throws(ZipError) in
      try writer.add("a", [1])
      try writer.add("a", [1])
    }
    for count in [2, 4] {
      for method in [ZipEntry.Method.stored, .deflated] {
        try refuse("3 bytes were given, not \(count)") { (writer) throws(ZipError) in
          try writer.add("a", byteCount: count, method: method) { (append) throws(ZipError) in
            try [UInt8(1), 2, 3].withBytes { (all) throws(ZipError) in try append(all) }
          }
        }
      }
    }
    #expect(folder.names.isEmpty)
    #expect(throws: ZipError.self) { _ = try ZipWriter(replacing: folder.path + "/none/a.zip") }
  }

  /// An entry that failed is not in the list, and those after it are where the list says.
  @Test func archiveGoesOnAfterAnEntryThatFailed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/file.zip"
    var writer = try ZipWriter(replacing: path)
    #expect(throws: ZipError.self) {
      try writer.add("short", byteCount: 9, method: .stored) { (append) throws(ZipError) in
        try [UInt8(1), 2, 3].withBytes { (all) throws(ZipError) in try append(all) }
      }
    }
    try writer.add("next", [4, 5])
    try writer.finish()
    #expect(try readAll(bytes(ofFile: path)) == ["next": [4, 5]])
  }

  @Test func manyEntriesUseTheLargeRecord() throws {
    let count = 70_000
    let bytes = try archive((0..<count).map { ("\($0)", []) })
    #expect(try ZipArchive(bytes, named: "many").entries.count == count)
  }
}
