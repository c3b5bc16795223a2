/// A short text that tells whether something has changed: the 64-bit FNV-1a hash in hexadecimal.
///
/// It is no protection against forgery.
///
/// - Parameter text: What is looked at.
/// - Returns: At most sixteen hexadecimal digits; equal texts give equal digests.
/// - Source: Fowler, Noll, Vo, as in RFC 9923.
public func contentDigest(of text: String) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return String(hash, radix: 16)
}
