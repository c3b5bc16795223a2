import JSONDocuments
import Testing

@Suite struct JSONValueTests {
  @Test func membersKeepTheirOrder() throws {
    let document = try JSONValue(parsing: #"{"z": 1, "a": [2, 3.5, -1e3], "m": {"b": null}}"#)
    #expect(document.object?.names == ["z", "a", "m"])
    #expect(document["a"]?.doubles == [2, 3.5, -1000])
    #expect(document["m"]?["b"] == .null)
    #expect(document.sortedByName.object?.names == ["a", "m", "z"])
  }

  // The text is json.dumps({"a": [], "b": {"c": [1, 2.5]}, "n": float("nan"), "s": "é\n\""}, indent=4, ensure_ascii=False).
  @Test func indentedTextEqualsPythons() throws {
    let value: JSONValue = [
      "a": [], "b": ["c": [1, 2.5]], "n": .number(.nan), "s": "é\n\"",
    ]
    let expected = """
      {
          "a": [],
          "b": {
              "c": [
                  1,
                  2.5
              ]
          },
          "n": NaN,
          "s": "é\\n\\""
      }
      """
    #expect(value.text(.indented(4)) == expected)
    #expect(value.text(.compact) == #"{"a": [], "b": {"c": [1, 2.5]}, "n": NaN, "s": "é\n\""}"#)
  }

  @Test func escapesAndSurrogatePairs() throws {
    let document = try JSONValue(parsing: #""\u00e9\ud83d\ude00\/\t""#)
    #expect(document.string == "é😀/\t")
  }

  @Test func repeatedNameKeepsTheLastValue() throws {
    #expect(try JSONValue(parsing: #"{"a": 1, "a": 2}"#) == ["a": 2])
    #expect(throws: JSONSyntaxError.self) {
      try JSONValue(parsing: Array(#"{"a": 1, "a": 2}"#.utf8), repeatedNames: .refuse)
    }
  }

  @Test(arguments: [
    "", "{", "[1,", "[1 2]", "{\"a\" 1}", "{a: 1}", "\"open", "nul", "01x", "[1]]", "\"\\ud83d\"",
    "\"\\q\"", "--1", "+1e",
  ])
  func badTextIsRefused(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
  }

  @Test func errorNamesThePlace() {
    #expect(throws: JSONSyntaxError(line: 2, column: 8, problem: "expected a value")) {
      try JSONValue(parsing: "{\n  \"a\": ?\n}")
    }
  }

  @Test func deepNestingIsRefused() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
  }
}
