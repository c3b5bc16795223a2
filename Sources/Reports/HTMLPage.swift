/// A page for a browser: headings, paragraphs, tables and pictures beside it.
public struct HTMLPage: Sendable {
  private var body = ""
  private let title: String

  /// An empty page.
  public init(title: String) {
    self.title = title
    body = "<h1>\(Self.escaped(title))</h1>\n"
  }

  /// Adds a heading.
  public mutating func heading(_ text: String) { body += "<h2>\(Self.escaped(text))</h2>\n" }

  /// Adds a paragraph.
  public mutating func paragraph(_ text: String) { body += "<p>\(Self.escaped(text))</p>\n" }

  /// Adds a table, the first row as heading.
  public mutating func table(_ rows: [[String]]) {
    body += "<table>\n"
    for (index, row) in rows.enumerated() {
      let cell = index == 0 ? "th" : "td"
      body +=
        "<tr>" + row.map { "<\(cell)>\(Self.escaped($0))</\(cell)>" }.joined() + "</tr>\n"
    }
    body += "</table>\n"
  }

  /// Adds a picture by its file's name, with words for those who cannot see it.
  public mutating func picture(_ file: String, saying words: String) {
    body += "<p><img src=\"\(Self.escaped(file))\" alt=\"\(Self.escaped(words))\"></p>\n"
  }

  /// The page's text.
  public var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>\(Self.escaped(title))</title>
    <style>
    body { font-family: sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; color: #222 }
    table { border-collapse: collapse; margin: 1em 0 }
    td, th { border-bottom: 1px solid #ddd; padding: 0.25em 0.8em; text-align: left }
    img { max-width: 100% }
    </style>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }

  /// A text in which nothing is taken for markup.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
