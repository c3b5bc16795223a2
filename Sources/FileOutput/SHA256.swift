import Glibc

/// The SHA-256 digest of bytes, by which anybody can tell that a file is the one a report is about.
///
/// - Source: NIST, FIPS 180-4, 2015, doi:10.6028/NIST.FIPS.180-4.
package struct SHA256 {
  private var state: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
    0x5BE0_CD19,
  ]
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// The digest of nothing so far.
  package init() {}

  /// Adds bytes.
  package mutating func add(_ bytes: [UInt8]) {
    byteCount += UInt64(bytes.count)
    rest += bytes
    var start = 0
    while rest.count - start >= 64 {
      addBlock(rest[start..<start + 64])
      start += 64
    }
    rest.removeFirst(start)
  }

  /// The digest in 64 hexadecimal digits, as `sha256sum` prints it.
  package var digest: String {
    var end = self
    let bits = byteCount * 8
    let zeros = (119 - rest.count) % 64
    end.add(
      [0x80] + Array(repeating: 0, count: zeros)
        + (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) })
    return end.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func addBlock(_ block: ArraySlice<UInt8>) {
    var words = [UInt32](repeating: 0, count: 64)
    for (index, byte) in block.enumerated() {
      words[index / 4] |= UInt32(byte) << UInt32(24 - 8 * (index % 4))
    }
    for t in 16..<64 {
      let (a, b) = (words[t - 15], words[t - 2])
      words[t] =
        words[t - 16] &+ (a.turned(7) ^ a.turned(18) ^ a >> 3) &+ words[t - 7]
        &+ (b.turned(17) ^ b.turned(19) ^ b >> 10)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let choice = e & f ^ ~e & g
      let first =
        h &+ (e.turned(6) ^ e.turned(11) ^ e.turned(25)) &+ choice &+ constants[t] &+ words[t]
      let majority = a & b ^ a & c ^ b & c
      let second = (a.turned(2) ^ a.turned(13) ^ a.turned(22)) &+ majority
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }
}

/// The SHA-256 digest of a file, as `sha256sum` prints it.
///
/// - Parameter path: The file.
/// - Returns: 64 hexadecimal digits.
/// - Throws: ``FileOutputError/source(path:reason:)``.
/// - Complexity: Reads a megabyte at a time.
package func sha256(ofFile path: String) throws(FileOutputError) -> String {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw .source(path: path, reason: lastReason()) }
  defer { close(file) }
  var digest = SHA256()
  var buffer = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = read(file, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw .source(path: path, reason: lastReason()) }
    if count == 0 { return digest.digest }
    digest.add(Array(buffer[..<count]))
  }
}

extension UInt32 {
  /// Rotated to the right.
  fileprivate func turned(_ bits: UInt32) -> UInt32 { self >> bits | self << (32 - bits) }
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
private let constants: [UInt32] = {
  var primes: [UInt32] = []
  var candidate: UInt32 = 2
  while primes.count < 64 {
    if primes.allSatisfy({ !candidate.isMultiple(of: $0) }) { primes.append(candidate) }
    candidate += 1
  }
  return primes.map { prime in
    // The largest r with r³ at most prime · 2⁹⁶; its lower 32 bits are the fraction.
    var (low, high): (UInt64, UInt64) = (0, 1 << 36)
    while high - low > 1 {
      let middle = (low + high) / 2
      if isCubeAtMost(middle, prime) { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}()

/// Whether root³ is at most prime · 2⁹⁶.
private func isCubeAtMost(_ root: UInt64, _ prime: UInt32) -> Bool {
  UInt128(root) * UInt128(root) * UInt128(root) <= UInt128(prime) << 96
}
