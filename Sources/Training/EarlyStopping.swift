extension TrainingSettings {
  /// Whether no epoch is left: all are done, or for ``patience`` epochs no running Dice was better than all before.
  ///
  /// It depends on the records alone, so that a run that was interrupted ends where an uninterrupted one does.
  public func isFinished(after history: [EpochRecord]) -> Bool {
    if history.count >= epochs { return true }
    guard let patience else { return false }
    return history.count - (Self.bestEpoch(of: history) + 1) >= patience
  }

  /// The epoch with the largest running Dice, the first of equals; -1 where there is none.
  public static func bestEpoch(of history: [EpochRecord]) -> Int {
    var (best, epoch) = (-Double.infinity, -1)
    for (index, record) in history.enumerated() where record.runningDice > best {
      (best, epoch) = (record.runningDice, index)
    }
    return epoch
  }
}
