/// A font made of lines, legible from a height of 8 pixels.
///
/// A letter stands on a grid four units wide; capitals reach from 0 (top) to 6 (base line), tails
/// to 8.
package enum StrokeFont {
  /// Runs of points, parted by commas; a point is its column and row, one digit each.
  private static let letters: [Character: String] = [
    "A": "062046,1434", "B": "00063645443303,3342413000", "C": "4130100105163645",
    "D": "00062644422000", "E": "40000646,0333", "F": "400006,0333",
    "G": "41301001051636454323", "H": "0006,4046,0343", "I": "1030,2026,1636",
    "J": "4045361605", "K": "0006,4004,1346", "L": "000646", "M": "0600234046", "N": "06004640",
    "O": "103041453616050110", "P": "06003041423303", "Q": "103041453616050110,2446",
    "R": "06003041423303,2346", "S": "413010010213334445361605", "T": "0040,2026",
    "U": "000516364540", "V": "002640", "W": "0016233640", "X": "0046,4006", "Y": "002340,2326",
    "Z": "00400646",
    "a": "12324346,441405163645", "b": "0006,0312324345361605", "c": "4332120305163645",
    "d": "4046,4332120305163645", "e": "04444332120305163645", "f": "40302126,1242",
    "g": "4247381807,4332120305163645", "h": "0006,0312324346", "i": "2226,2020",
    "j": "22271808,2020", "k": "0006,3205,1436", "l": "202536", "m": "0206,03122326,23324346",
    "n": "0206,0312324346", "o": "123243453616050312", "p": "0208,0312324345361605",
    "q": "4248,4332120305163645", "r": "0206,042232", "s": "4212031434453606",
    "t": "202536,1232", "u": "0205163645,4246", "v": "022642", "w": "0216233642",
    "x": "0246,4206", "y": "0226,4218", "z": "02420646",
    "0": "103041453616050110", "1": "112026,1636", "2": "01103041420646",
    "3": "01103041423313,334445361605", "4": "36300444", "5": "400002324345361605",
    "6": "413010010516364544331304", "7": "004016",
    "8": "103041423313020110,1304051636454433", "9": "051636454130100102133342",
    ".": "2626", ",": "2617", ":": "2323,2626", "-": "1333", "+": "0343,2125", "/": "4006",
    "(": "30212536", ")": "10212516", "%": "4006,0010110100,3545463635", "=": "0242,0444",
    "_": "0747", "'": "2021", "×": "1335,3315", "±": "0242,2024,0646", "<": "410345",
    ">": "014305", "·": "2323",
  ]
  private static let unknown = "0040460600"

  /// Width of a text in pixels.
  static func width(of text: String, height: Float) -> Float {
    text.reduce(0) { $0 + advance($1) } * height / 6
  }

  /// The lines of a text.
  ///
  /// - Parameters:
  ///   - text: The text; letters that the font lacks become boxes.
  ///   - origin: Left end of the base line.
  ///   - height: Height of a capital in pixels.
  /// - Returns: Lines to stroke.
  package static func lines(of text: String, at origin: Point, height: Float) -> [[Point]] {
    var lines: [[Point]] = []
    let unit = height / 6
    var x = origin.x
    for character in text {
      let strokes = strokes(of: character)
      let left = strokes.joined().map(\.x).min() ?? 0
      for stroke in strokes {
        lines.append(
          stroke.map {
            Point(
              x: x + (0.5 + ($0.x - left) * narrowing) * unit, y: origin.y + ($0.y - 6) * unit)
          })
      }
      x += advance(character) * unit
    }
    return lines
  }

  /// Letters are narrower than the grid they are drawn on.
  private static let narrowing: Float = 0.85

  private static func advance(_ character: Character) -> Float {
    let columns = strokes(of: character).joined().map(\.x)
    guard let left = columns.min(), let right = columns.max() else { return 2.6 }
    return (right - left) * narrowing + 1.9
  }

  private static func strokes(of character: Character) -> [[Point]] {
    if character == " " { return [] }
    return (letters[character] ?? unknown).split(separator: ",").map { run in
      let digits = run.compactMap(\.wholeNumberValue)
      return stride(from: 0, to: digits.count - 1, by: 2).map {
        Point(x: Float(digits[$0]), y: Float(digits[$0 + 1]))
      }
    }
  }
}

/// Where a text stands about the point it is given.
enum TextAlignment {
  /// The text begins at the point.
  case leading
  /// The text's middle is at the point.
  case centred
  /// The text ends at the point.
  case trailing
}

extension RasterImage {
  /// Writes a text on a base line.
  mutating func write(
    _ text: String, at point: Point, height: Float, _ colour: Colour,
    aligned alignment: TextAlignment = .leading
  ) {
    let width = StrokeFont.width(of: text, height: height)
    let left =
      switch alignment {
      case .leading: point.x
      case .centred: point.x - width / 2
      case .trailing: point.x - width
      }
    stroke(
      StrokeFont.lines(of: text, at: Point(x: left, y: point.y), height: height),
      thickness: max(1, height / 7), colour)
  }
}
