import CZlib

/// zlib's state of one stream; where it is does not change.
final class CompressionState {
  let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init() { pointer.initialize(to: z_stream()) }

  deinit { pointer.deallocate() }

  /// Lets zlib work on bytes and shortens both buffers by what it used up and filled.
  ///
  /// - Parameters:
  ///   - input: Bytes to be read.
  ///   - output: Room to be filled.
  ///   - run: Calls zlib; told whether it sees all of the input.
  /// - Returns: zlib's status.
  func advance(
    _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer,
    _ run: (_ state: UnsafeMutablePointer<z_stream>, _ isAllInput: Bool) -> Int32
  ) -> Int32 {
    // zlib counts with 32 bits.
    let (given, room) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
    // zlib does not write to its input.
    pointer.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    pointer.pointee.avail_in = UInt32(given)
    pointer.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    pointer.pointee.avail_out = UInt32(room)
    let status = run(pointer, given == input.count)
    input = UnsafeRawBufferPointer(rebasing: input[(given - Int(pointer.pointee.avail_in))...])
    output = UnsafeMutableRawBufferPointer(
      rebasing: output[(room - Int(pointer.pointee.avail_out))...])
    return status
  }
}

/// The CRC-32 of bytes, or of more bytes after others.
///
/// - Parameters:
///   - bytes: Any number of bytes.
///   - start: The CRC-32 of what comes before them.
/// - Returns: The checksum, as in gzip, zip and PNG.
public func crc32(of bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
  // A buffer without an address is zlib's sign for the beginning.
  guard !bytes.isEmpty else { return start }
  return UInt32(
    truncatingIfNeeded: crc32_z(
      uLong(start), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
}
