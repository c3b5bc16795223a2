import Safetensors
import Testing

@Suite struct SafetensorsFileTests {
  @Test func everyTypeOfThePythonPackageIsRead() throws {
    let file = try SafetensorsFile(contentsOf: fixture("all_types.safetensors"))
    let ramp = (0..<24).map { Float($0) * 0.75 - 8 }
    #expect(file.metadata == ["epoch": "3", "text": "ä \"quoted\"\n"])
    #expect(file.names.count == 15)
    #expect(try file.floats("float") == ramp)
    #expect(try file.floats("half") == ramp)
    #expect(try file.floats("bfloat") == ramp)
    #expect(try file.floats("double") == ramp.map { Float(Double($0) / 3) })
    #expect(try file.floats("scalar") == [2.5])
    #expect(try file.tensor(named: "scalar").shape == [])
    #expect(try file.tensor(named: "float").shape == [2, 3, 4])
    #expect(try file.tensor(named: "empty").shape == [0, 5])
    #expect(try file.floats("empty") == [])
    #expect(try file.int64s("long") == [-(1 << 40), 0, 1 << 62])
    #expect(try file.int32s("int") == [1, -2, 3, .min])
    #expect(try file.int16s("short") == [-32768, 7, 32767])
    #expect(try file.bytes("byte") == [128, 127])
    #expect(try file.bytes("ubyte") == [0, 255, 3])
    #expect(try file.bytes("flag") == [1, 0, 1])
    #expect(try file.bytes("ushort") == [0, 0, 255, 255])
    #expect(try file.bytes("uint") == [0, 0, 0, 0, 255, 255, 255, 255])
    #expect(
      try file.bytes("ulong") == [UInt8](repeating: 0, count: 8) + Array(repeating: 255, count: 8))
    let types = try file.names.map { try file.tensor(named: $0).dataType }
    #expect(Set(types) == Set(SafetensorsDataType.allCases))
  }

  @Test func bytesInPlaceEqualTheCopy() throws {
    let file = try SafetensorsFile(contentsOf: fixture("all_types.safetensors"))
    for name in file.names {
      let inPlace = try withExtendedLifetime(file) { Array(try file.tensor(named: name).bytes) }
      #expect(try file.bytes(name) == inPlace)
    }
  }

  @Test func wrongNameOrTypeIsNamed() throws {
    let file = try SafetensorsFile(contentsOf: fixture("all_types.safetensors"))
    #expect(
      throws: SafetensorsError.missingTensor(path: file.path, name: "floaty", available: 15)
    ) { try file.floats("floaty") }
    #expect(
      throws: SafetensorsError.unexpectedType(
        path: file.path, name: "long", expected: "F32, F64, F16 or BF16", found: .int64)
    ) { try file.floats("long") }
    #expect(throws: SafetensorsError.self) { try file.int16s("int") }
  }

  @Test func absentFilesAndFoldersAreRefused() {
    for path in ["/nowhere/file.safetensors", "/tmp"] {
      #expect(throws: SafetensorsError.self) { try SafetensorsFile(contentsOf: path) }
    }
  }

  @Test func headersWithoutTensorsAreFiles() throws {
    #expect(try open(fileBytes(header: "{}")).names == [])
    #expect(try open(fileBytes(header: #"{"__metadata__":{"a":"b"}}  "#)).metadata == ["a": "b"])
  }

  @Test func dataNeedNotBeAligned() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
      + #""b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#
    let file = try open(fileBytes(header: header, data: [9, 0, 0, 0x20, 0x40]))
    #expect(try file.floats("b") == [2.5])
    #expect(file.names == ["a", "b"])
  }

  /// A phrase of the message, and the file it belongs to.
  static let unsound: [(String, [UInt8])] = [
    ("promises at least 8", []),
    ("promises at least 8", [1, 2, 3]),
    ("promises at least 1008", fileBytes(header: "{}", claimedLength: 1000)),
    ("more than the format's limit", fileBytes(header: "{}", claimedLength: .max)),
    ("more than the format's limit", fileBytes(header: "{}", claimedLength: 100_000_001)),
    ("does not begin with '{'", fileBytes(header: "")),
    ("does not begin with '{'", fileBytes(header: " {}")),
    ("line 1, column 2", fileBytes(header: "{")),
    ("occurs twice", tensor("[4],\"data_offsets\":[0,4]},\"t\":{", bytes: 4)),
    ("dtype \"F8\" is none of", fileBytes(header: #"{"t":{"dtype":"F8","shape":[]}}"#)),
    ("has no dtype", fileBytes(header: #"{"t":{"dtype":3}}"#)),
    ("no JSON object", fileBytes(header: #"{"t":3}"#)),
    ("__metadata__ is no JSON object", fileBytes(header: #"{"__metadata__":"x"}"#)),
    ("\"k\" is no string", fileBytes(header: #"{"__metadata__":{"k":1}}"#)),
    ("shape is no array", tensor("4,\"data_offsets\":[0,4]", bytes: 4)),
    ("shape is no array", tensor("[4.0],\"data_offsets\":[0,4]", bytes: 4)),
    ("data_offsets are not two", tensor("[4]", bytes: 4)),
    ("data_offsets are not two", tensor("[4],\"data_offsets\":[0,4,4]", bytes: 4)),
    ("do not lie within", tensor("[4],\"data_offsets\":[0,5]", bytes: 4)),
    ("do not lie within", tensor("[4],\"data_offsets\":[-4,0]", bytes: 4)),
    ("do not lie within", tensor("[4],\"data_offsets\":[4,0]", bytes: 4)),
    ("is impossible", tensor("[-4],\"data_offsets\":[0,4]", bytes: 4)),
    ("is impossible", tensor("[4294967296,4294967296],\"data_offsets\":[0,4]", bytes: 4)),
    ("takes 5 bytes", tensor("[5],\"data_offsets\":[0,4]", bytes: 4)),
    ("overlap those of \"t\" by 1", two("[0,4]", "[3,7]", bytes: 7)),
    ("1 bytes before its data", two("[0,4]", "[5,9]", bytes: 9)),
    ("the file holds 9", two("[0,4]", "[4,8]", bytes: 9)),
  ]

  @Test(arguments: unsound.indices)
  func unsoundHeadersAreRefused(index: Int) throws {
    let (phrase, bytes) = Self.unsound[index]
    let error = try #require(throws: SafetensorsError.self) { try open(bytes) }
    #expect(error.description.contains(phrase), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  private static func tensor(_ shapeAndOffsets: String, bytes: Int) -> [UInt8] {
    fileBytes(
      header: #"{"t":{"dtype":"U8","shape":"# + shapeAndOffsets + "}}",
      data: Array(repeating: 0, count: bytes))
  }

  private static func two(_ first: String, _ second: String, bytes: Int) -> [UInt8] {
    fileBytes(
      header: #"{"t":{"dtype":"U8","shape":[4],"data_offsets":"# + first
        + #"},"u":{"dtype":"U8","shape":[4],"data_offsets":"# + second + "}}",
      data: Array(repeating: 0, count: bytes))
  }
}
