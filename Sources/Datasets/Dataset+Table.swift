extension Dataset {
  init(table path: String) throws(DatasetError) {
    throw .unreadable(path: path, reason: "")
  }
}
