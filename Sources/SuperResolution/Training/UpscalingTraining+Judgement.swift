internal import Networks
internal import RandomNumbers
internal import Tensors

extension UpscalingTraining {
  /// What the second network has to say about an output, and what a segmentation network sees in it, as parts of
  /// the loss.
  func judgement(of output: Tensor, _ batch: PatchPairs.Batch) -> [LossTerm] {
    discriminator.isFrozen = true
    defer { discriminator.isFrozen = false }
    let shape = shape(batch, batch.fineShape)
    func image(_ numbers: [Float]) -> Tensor { Tensor(numbers, shape: shape, on: device) }
    let acquired = discriminator.features(image(noisy(batch.fine, .acquired)))
    let made = discriminator.features(output.image + image(noisy(batch.interpolated, .made)))
    let judgement = discriminator.judge(made)
    let loss = settings.adversarialLoss.ofGenerator(
      acquired: discriminator.judge(acquired).values, made: judgement.values)
    sums.generator += loss.value
    let weight = Float(settings.adversarialWeight)
    var terms = [LossTerm(judgement, gradient: loss.made.map { weight * $0 })]
    if settings.featureWeight > 0 {
      let share = Float(settings.featureWeight / Double(made.count))
      for (mine, theirs) in zip(made, acquired) {
        let difference = PixelLoss.absolute(mine.values, theirs.values)
        terms.append(LossTerm(mine, gradient: difference.gradient.map { share * $0 }))
      }
    }
    if let perceptualLoss, settings.perceptualWeight > 0 {
      terms +=
        perceptualLoss(
          made: output.image + image(batch.interpolated), acquired: image(batch.fine),
          weight: settings.perceptualWeight
        ).terms
    }
    return terms
  }

  /// A step of the network that judges.
  func judge(_ batch: PatchPairs.Batch) throws(UpscalingError) {
    discriminator.normalise()
    let output = generator(
      Tensor(batch.coarse, shape: shape(batch, batch.coarseShape), on: device))
    let made = reconstruction(batch, output)
    if isWarmingUp {
      // The generator makes no step of its own that would count these.
      sums.absolute += PixelLoss.absolute(made, batch.fine).value
      sums.interpolated += PixelLoss.absolute(batch.interpolated, batch.fine).value
    }
    let tape = Tape()
    func judgement(_ numbers: [Float]) -> Tensor {
      discriminator(
        Tensor(numbers, shape: shape(batch, batch.fineShape), on: device, recordingOn: tape))
    }
    let ofAcquired = judgement(noisy(batch.fine, .acquired))
    let ofMade = judgement(noisy(made, .made))
    let loss = settings.adversarialLoss.ofDiscriminator(
      acquired: ofAcquired.values, made: ofMade.values)
    guard loss.value.isFinite else {
      throw .diverged(
        iteration: iteration,
        problem:
          "the second network's loss is not finite; a smaller adversarial_learning_rate may help")
    }
    let gradients = discriminator.gradients(
      from: tape.gradients(of: [
        LossTerm(ofAcquired, gradient: loss.acquired), LossTerm(ofMade, gradient: loss.made),
      ]), on: device)
    judgeOptimiser.update(discriminator.parameters, with: gradients)
    sums.discriminator += loss.value
  }

  /// Whether only the network that judges learns.
  var isWarmingUp: Bool {
    stage == .adversarial && iteration - settings.iterations < settings.adversarialWarmUp
  }

  private enum Kind: Int {
    case acquired, made
  }

  /// Images with noise that fades out over the stage, so that the second network cannot tell kinds apart by details alone.
  ///
  /// - Source: Sønderby et al., ICLR 2017, arXiv:1610.04490.
  private func noisy(_ numbers: [Float], _ kind: Kind) -> [Float] {
    let progress =
      Double(iteration - settings.iterations) / Double(max(1, settings.adversarialIterations))
    let level = Float(settings.instanceNoise * (1 - progress))
    guard level > 0 else { return numbers }
    var random = SplitMix64(seed: seed &+ 2, stream: iteration, kind.rawValue)
    var result = [Float](repeating: 0, count: numbers.count)
    result.withUnsafeMutableBufferPointer { random.fillNormal($0, standardDeviation: level) }
    for index in numbers.indices { result[index] += numbers[index] }
    return result
  }

  /// What in the records says that the adversarial stage leads nowhere.
  ///
  /// - Parameter history: The records so far.
  /// - Returns: What it is and what to do; nil if there is nothing.
  package static func defect(of history: [UpscalingRecord]) -> String? {
    let judged = history.drop { $0.stage == .reconstruction }
    if judged.count >= 10, judged.suffix(10).allSatisfy({ $0.discriminator < 0.02 }) {
      return "for hundreds of steps the second network has told made from acquired images without "
        + "fail, which teaches nothing; a smaller adversarial_learning_rate or more instance_noise may help"
    }
    // 2 dB, if all differences grow alike.
    if let before = history.last(where: { $0.stage == .reconstruction }), let last = judged.last,
      last.absolute > 1.26 * before.absolute
    {
      return "images have become more than 2 dB worse than after the first stage, whose model is "
        + "kept; a smaller adversarial_weight or adversarial_learning_rate may help"
    }
    return nil
  }
}
