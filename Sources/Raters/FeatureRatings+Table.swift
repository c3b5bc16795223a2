internal import Evaluation

extension FeatureRatings {
  /// All six correlations of every feature as comma-separated values, with F test, interval and
  /// classes.
  ///
  /// Undefined numbers are empty.
  public var correlationTable: String {
    var text = CommaSeparatedText(header: [
      "feature", "form", "icc", "ci95_lower", "ci95_upper", "f", "df1", "df2", "p", "class",
      "class_at_least", "cases", "dropped_cases", "within_subject_cv",
    ])
    for feature in features {
      let table = table(of: feature)
      for form in IntraclassForm.allCases {
        let icc = IntraclassCorrelation(form, of: table)
        text.append(
          [feature, form.rawValue]
            + [
              icc.value, icc.lower, icc.upper, icc.fRatio, icc.degreesOfFreedom.numerator,
              icc.degreesOfFreedom.denominator, icc.pValue,
            ].map(spreadsheetNumber)
            + [
              Reliability(icc.value)?.rawValue ?? "", Reliability(icc.lower)?.rawValue ?? "",
              "\(table.subjects)", "\(table.droppedSubjects)",
              spreadsheetNumber(table.withinSubjectVariation),
            ])
      }
    }
    return text.text
  }
}
