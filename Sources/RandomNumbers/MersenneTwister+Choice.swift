extension MersenneTwister {
  /// `RandomState.choice(count, size, replace=False)`: the first `size` numbers of
  /// ``permutation(_:)``.
  ///
  /// - Parameters:
  ///   - size: How many numbers, at most `count`.
  ///   - count: They are drawn from `0 ..< count`; at most 2^31.
  /// - Returns: Different numbers in random order.
  /// - Complexity: O(count) time, since numpy draws for every number; 4 bytes for each of them.
  public mutating func choice(_ size: Int, of count: Int) -> [Int32] {
    precondition(
      0...count ~= size && count <= 1 << 31, "choice of \(size) among \(count)")
    guard size > 0 else { return [] }
    let partners = swapPartners(count)
    return size > count / 4
      ? shuffled(partners, prefix: size) : origins(ofFirst: size, swappedWith: partners)
  }

  /// For every position the one it is swapped with by a shuffle that runs from the last position
  /// down to 1.
  private mutating func swapPartners(_ count: Int) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: count) { partners, filled in
      for index in stride(from: count - 1, to: 0, by: -1) {
        partners[index] = Int32(truncatingIfNeeded: interval(index))
      }
      partners[0] = 0
      filled = count
    }
  }

  private func shuffled(_ partners: [Int32], prefix size: Int) -> [Int32] {
    var numbers = (0..<Int32(partners.count)).map { $0 }
    numbers.withUnsafeMutableBufferPointer { numbers in
      for index in stride(from: numbers.count - 1, to: 0, by: -1) {
        numbers.swapAt(index, Int(partners[index]))
      }
    }
    return Array(numbers.prefix(size))
  }

  /// Follows the few wanted positions back through the swaps in place of moving all numbers.
  ///
  /// A bit for every position says whether a wanted number is there: the bits stay in the cache
  /// where the numbers would not.
  private func origins(ofFirst size: Int, swappedWith partners: [Int32]) -> [Int32] {
    var isWanted = [UInt64](repeating: 0, count: (partners.count + 63) / 64)
    var output: [Int32: Int] = [:]
    for index in 0..<size {
      isWanted[index >> 6] |= 1 << UInt64(index & 63)
      output[Int32(index)] = index
    }
    isWanted.withUnsafeMutableBufferPointer { isWanted in
      for index in 1..<partners.count {
        let partner = Int(partners[index])
        guard partner != index else { continue }
        let here = isWanted[index >> 6] >> UInt64(index & 63) & 1
        let there = isWanted[partner >> 6] >> UInt64(partner & 63) & 1
        if here | there == 0 { continue }
        let (a, b) = (
          output.removeValue(forKey: Int32(index)), output.removeValue(forKey: Int32(partner))
        )
        if let a { output[Int32(partner)] = a }
        if let b { output[Int32(index)] = b }
        if here != there {
          isWanted[index >> 6] ^= 1 << UInt64(index & 63)
          isWanted[partner >> 6] ^= 1 << UInt64(partner & 63)
        }
      }
    }
    return [Int32](unsafeUninitializedCapacity: size) { result, filled in
      for (position, index) in output { result[index] = position }
      filled = size
    }
  }
}
