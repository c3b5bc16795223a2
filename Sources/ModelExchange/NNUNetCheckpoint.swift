import Datasets
import Inference
import JSONDocuments
import Networks
import Planning
import Tensors
import TorchCheckpoints

/// What nnU-Net keeps in `checkpoint_final.pth`.
///
/// - Source: nnU-Net 2.8.1's `nnUNetTrainer.save_checkpoint`.
struct NNUNetCheckpoint {
  let weights: TrainedWeights
  let model: ModelFolder
  let fold: Fold

  /// The trainer whose network this program trains.
  static let trainerName = "nnUNetTrainer"

  /// The checkpoint as PyTorch saves it.
  ///
  /// The optimiser has no state, so training that goes on from it begins with a momentum of zero.
  var value: TorchValue {
    .dictionary([
      ("network_weights", .orderedDictionary(stateDictionary)),
      ("optimizer_state", optimiserState), ("grad_scaler_state", .none), ("logging", logging),
      ("_best_ema", .none), ("current_epoch", .integer(0)),
      (
        "init_args",
        .dictionary([
          ("plans", TorchValue(model.plan.document)),
          ("configuration", .string(weights.configurationName)), ("fold", foldValue),
          ("dataset_json", TorchValue(model.description.withConsecutiveLabels.document)),
          ("device", .device("cpu")),
        ])
      ), ("trainer_name", .string(Self.trainerName)),
      (
        "inference_allowed_mirroring_axes",
        weights.mirrorAxes.isEmpty ? .none : .tuple(weights.mirrorAxes.map { .integer($0) })
      ),
    ])
  }

  private var foldValue: TorchValue {
    if case .number(let number) = fold { .integer(number) } else { .string("all") }
  }

  /// Every weight under all its names, in nnU-Net's order.
  private var stateDictionary: [(key: String, value: TorchValue)] {
    var (encoder, rest): ([(key: String, value: TorchValue)], [(key: String, value: TorchValue)])
    (encoder, rest) = ([], [])
    for block in blocks(of: weights.network.parameters) {
      let storages = block.map { TorchStorage(shape: $0.shape, floats: $0.values) }
      var names = block.map(\.name)
      var values = storages.map { TorchValue.tensor($0) }
      for (parameter, storage) in zip(block, storages) {
        for alias in stateDictionaryAliases(of: parameter.name)
        where !alias.hasPrefix("decoder.encoder.") {
          names.append(alias)
          values.append(.tensor(storage))
        }
      }
      let entries = zip(names, values).map { (key: $0, value: $1) }
      if names[0].hasPrefix("encoder.") { encoder += entries } else { rest += entries }
    }
    return encoder + encoder.map { (key: "decoder.\($0.key)", value: $0.value) } + rest
  }

  /// The parameters of one convolution block after the other; others stand alone.
  private func blocks(of parameters: [Parameter]) -> [[Parameter]] {
    var blocks: [(prefix: String, parameters: [Parameter])] = []
    for parameter in parameters {
      let parts = parameter.name.split(separator: ".")
      let isInBlock = ["conv", "norm"].contains(parts.dropLast().last)
      let prefix = parts.dropLast(isInBlock ? 2 : 1).joined(separator: ".")
      if let last = blocks.indices.last, blocks[last].prefix == prefix {
        blocks[last].parameters.append(parameter)
      } else {
        blocks.append((prefix, [parameter]))
      }
    }
    return blocks.map(\.parameters)
  }

  /// Stochastic gradient descent as nnU-Net sets it up, before its first step.
  private var optimiserState: TorchValue {
    .dictionary([
      ("state", .dictionary([(key: TorchValue, value: TorchValue)]())),
      (
        "param_groups",
        .list([
          .dictionary([
            ("lr", .number(0.01)), ("momentum", .number(0.99)), ("dampening", .integer(0)),
            ("weight_decay", .number(3e-5)), ("nesterov", .bool(true)), ("maximize", .bool(false)),
            ("foreach", .none), ("differentiable", .bool(false)), ("fused", .none),
            ("initial_lr", .number(0.01)),
            ("params", .list(weights.network.parameters.indices.map { .integer($0) })),
          ])
        ])
      ),
    ])
  }

  private var logging: TorchValue {
    .dictionary(
      [
        "mean_fg_dice", "ema_fg_dice", "dice_per_class_or_region", "train_losses", "val_losses",
        "lrs", "epoch_start_timestamps", "epoch_end_timestamps",
      ].map { ($0, TorchValue.list([])) })
  }
}
