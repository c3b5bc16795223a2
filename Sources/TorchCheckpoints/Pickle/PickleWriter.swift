/// Writes objects as a pickle of protocol 2, and collects the tensors' storages.
struct PickleWriter {
  private(set) var bytes: [UInt8] = [0x80, 2]
  /// The storages in the order of their files' names.
  private(set) var storages: [TorchStorage] = []
  private var keys: [ObjectIdentifier: Int] = [:]
  private var memo: [String: Int] = [:]

  /// The pickle of an object.
  init(_ value: TorchValue) {
    write(value)
    code(".")
  }

  private mutating func code(_ letter: UnicodeScalar) { bytes.append(UInt8(letter.value)) }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  private mutating func write(_ value: TorchValue) {
    switch value {
    case .none: code("N")
    case .bool(let value): code(value ? "\u{88}" : "\u{89}")
    case .integer(let number): write(number)
    case .number(let number):
      code("G")
      append(number.bitPattern.byteSwapped)
    case .string(let text): write(text)
    case .tuple(let parts):
      code("(")
      for part in parts { write(part) }
      code("t")
    case .list(let parts):
      code("]")
      code("(")
      for part in parts { write(part) }
      code("e")
    case .dictionary(let items):
      code("}")
      code("(")
      for (key, value) in items {
        write(key)
        write(value)
      }
      code("u")
    case .orderedDictionary(let items):
      write(global: "collections OrderedDict")
      code(")")
      code("R")
      code("(")
      for (key, value) in items {
        write(key)
        write(value)
      }
      code("u")
    case .tensor(let storage): write(storage)
    case .device(let name):
      write(global: "torch device")
      write(name)
      code("\u{85}")
      code("R")
    }
  }

  private mutating func write(_ number: Int) {
    if let short = UInt8(exactly: number) {
      code("K")
      append(short)
    } else if let short = Int32(exactly: number) {
      code("J")
      append(short)
    } else {
      code("\u{8a}")
      append(UInt8(8))
      append(Int64(number))
    }
  }

  private mutating func write(_ text: String) {
    memoized("s" + text) { writer in
      writer.code("X")
      writer.append(UInt32(text.utf8.count))
      writer.bytes += Array(text.utf8)
    }
  }

  private mutating func write(global name: String) {
    memoized("c" + name) { writer in
      writer.code("c")
      writer.bytes += Array(name.utf8.map { $0 == 0x20 ? 0x0A : $0 }) + [0x0A]
    }
  }

  /// Writes an object once and recalls it afterwards.
  private mutating func memoized(_ key: String, _ write: (inout PickleWriter) -> Void) {
    if let number = memo[key] {
      code("j")
      append(UInt32(number))
      return
    }
    write(&self)
    code("r")
    append(UInt32(memo.count))
    memo[key] = memo.count
  }

  /// `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)`.
  private mutating func write(_ storage: TorchStorage) {
    let key = keys[ObjectIdentifier(storage)] ?? storages.count
    if key == storages.count {
      keys[ObjectIdentifier(storage)] = key
      storages.append(storage)
    }
    var strides: [Int] = []
    for axis in storage.shape.indices {
      strides.append(storage.shape[(axis + 1)...].reduce(1, *))
    }
    write(global: "torch._utils _rebuild_tensor_v2")
    code("(")
    code("(")
    write("storage")
    write(global: "torch FloatStorage")
    write(String(key))
    write("cpu")
    write(storage.floats.count)
    code("t")
    code("Q")
    write(0)
    write(.tuple(storage.shape.map { .integer($0) }))
    write(.tuple(strides.map { .integer($0) }))
    code("\u{89}")
    write(.orderedDictionary([]))
    code("t")
    code("R")
  }
}
