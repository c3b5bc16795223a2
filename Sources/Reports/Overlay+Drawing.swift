import Volumes

extension Overlay {
  private static let margin: Float = 16
  private static let header: Float = 52
  private static let caption: Float = 20
  /// Height that the three planes may take in pixels.
  private static let tallestPlane: Float = 620

  /// A slice's place in the picture.
  private struct Tile {
    var plane: SlicePlane
    var slice: Int
    var frame: Frame
  }

  /// The picture.
  public var image: RasterImage {
    let (tiles, height) = layout()
    var image = RasterImage(width: settings.width, height: height, colour: .black)
    image.write(title, at: Point(x: Self.margin, y: 32), height: 14, .white)
    drawLegend(into: &image)
    let window = intensityWindow()
    for tile in tiles {
      draw(tile, into: &image, window)
      drawContours(of: tile, into: &image)
      drawCaption(of: tile, into: &image)
    }
    return image
  }

  // MARK: Layout

  private func layout() -> (tiles: [Tile], height: Int) {
    let width = Float(settings.width)
    var tiles: [Tile] = []
    let focus = focus()
    let sizes = SlicePlane.allCases.map(millimetres)
    let breadth = sizes.reduce(0) { $0 + $1.across }
    let scale = min(
      (width - 4 * Self.margin) / breadth, Self.tallestPlane / (sizes.map(\.down).max() ?? 1))
    var x = (width - breadth * scale - 2 * Self.margin) / 2
    var bottom = Self.header
    for (plane, size) in zip(SlicePlane.allCases, sizes) {
      let slice = [SlicePlane.axial: focus.z, .coronal: focus.y, .sagittal: focus.x][plane] ?? 0
      let top = Self.header + ((sizes.map(\.down).max() ?? 0) - size.down) * scale / 2
      let frame = Frame(
        left: x, top: top, right: x + size.across * scale, bottom: top + size.down * scale)
      tiles.append(Tile(plane: plane, slice: slice, frame: frame))
      x = frame.right + Self.margin
      bottom = max(bottom, frame.bottom)
    }
    bottom += Self.caption + Self.margin

    let slices = axialSlices()
    let columns = min(4, slices.count)
    guard columns > 0 else { return (tiles, Int(bottom.rounded(.up))) }
    let tileWidth = (width - Float(columns + 1) * Self.margin) / Float(columns)
    let tileScale = min(tileWidth / sizes[0].across, scale)
    let tileHeight = sizes[0].down * tileScale
    for (index, slice) in slices.enumerated() {
      let (row, column) = (Float(index / columns), Float(index % columns))
      let middle = Self.margin + tileWidth / 2 + column * (tileWidth + Self.margin)
      let top = bottom + row * (tileHeight + Self.caption + Self.margin)
      let half = sizes[0].across * tileScale / 2
      tiles.append(
        Tile(
          plane: .axial, slice: slice,
          frame: Frame(
            left: middle - half, top: top, right: middle + half, bottom: top + tileHeight)))
    }
    let rows = Float((slices.count + columns - 1) / columns)
    bottom += rows * (tileHeight + Self.caption + Self.margin)
    return (tiles, Int(bottom.rounded(.up)))
  }

  private func millimetres(_ plane: SlicePlane) -> (across: Float, down: Float) {
    let (size, spacing) = (
      plane.size(volume.extent), plane.spacing(volume.geometry.spacing)
    )
    return (Float(size.across) * spacing.across, Float(size.down) * spacing.down)
  }

  /// The slices, one per axis, that hold most of the rarest label; the middle where nothing is
  /// labelled.
  private func focus() -> (x: Int, y: Int, z: Int) {
    let extent = volume.extent
    var counts: [LabelMap.Label: Int] = [:]
    let labels = maps.first?.labels ?? []
    for label in labels where label > 0 { counts[label, default: 0] += 1 }
    guard let rarest = counts.min(by: { ($0.value, $0.key) < ($1.value, $1.key) })?.key else {
      return (extent.x / 2, extent.y / 2, extent.z / 2)
    }
    var profiles = [extent.x, extent.y, extent.z].map { [Int](repeating: 0, count: $0) }
    for (index, label) in labels.enumerated() where label == rarest {
      profiles[0][index % extent.x] += 1
      profiles[1][index / extent.x % extent.y] += 1
      profiles[2][index / (extent.x * extent.y)] += 1
    }
    let places = profiles.map { profile in
      profile.indices.max { (profile[$0], -$0) < (profile[$1], -$1) } ?? 0
    }
    return (places[0], places[1], places[2])
  }

  /// Slices spread evenly over those that are labelled, or over all where nothing is.
  private func axialSlices() -> [Int] {
    let extent = volume.extent
    let plane = extent.x * extent.y
    let labelled = (0..<extent.z).filter { z in
      maps.contains { map in map.labels[z * plane..<(z + 1) * plane].contains { $0 != 0 } }
    }
    let candidates = labelled.isEmpty ? Array(0..<extent.z) : labelled
    let count = min(settings.axialSlices, candidates.count)
    return (0..<max(count, 0)).map {
      candidates[(2 * $0 + 1) * candidates.count / (2 * count)]
    }
  }

  /// The intensities that become black and white, from a sample of at most about 100,000 voxels.
  private func intensityWindow() -> ClosedRange<Float> {
    let step = max(1, volume.voxels.count / 100_000)
    let sample = stride(from: 0, to: volume.voxels.count, by: step).map { volume.voxels[$0] }
      .filter(\.isFinite).sorted()
    guard let low = sample.first, let high = sample.last else { return 0...1 }
    func percentile(_ percent: Double) -> Float {
      sample[Int((percent / 100 * Double(sample.count - 1)).rounded())]
    }
    let (black, white) = (
      percentile(settings.window.lowerBound), percentile(settings.window.upperBound)
    )
    if black < white { return black...white }
    // Images that are nearly all background keep their few bright voxels.
    return low < high ? low...high : low...low + 1
  }

  // MARK: Drawing

  /// Draws a slice, interpolated linearly between voxels.
  private func draw(_ tile: Tile, into image: inout RasterImage, _ window: ClosedRange<Float>) {
    let (size, frame) = (tile.plane.size(volume.extent), tile.frame)
    func voxel(_ across: Int, _ down: Int) -> Float {
      let value = volume.voxels[
        tile.plane.index(volume.extent, slice: tile.slice, across: across, down: down)]
      return value.isFinite ? value : window.lowerBound
    }
    let interpolation = SliceInterpolation(frame, size: size)
    for y in Int(frame.top.rounded(.up))..<min(image.height, Int(frame.bottom)) {
      for x in Int(frame.left.rounded(.up))..<min(image.width, Int(frame.right)) {
        let value = interpolation.value(Float(x) + 0.5, Float(y) + 0.5, voxel)
        let share = (value - window.lowerBound) / (window.upperBound - window.lowerBound)
        let grey = UInt8((max(0, min(1, share)) * 255).rounded())
        image[x, y] = Colour(red: grey, green: grey, blue: grey)
      }
    }
  }

  private func drawContours(of tile: Tile, into image: inout RasterImage) {
    for (map, style) in layers {
      for label in Set(map.labels).subtracting([0]).sorted() {
        let size = tile.plane.size(volume.extent)
        let lines = contours(width: size.across, height: size.down) { across, down in
          map.labels[
            tile.plane.index(volume.extent, slice: tile.slice, across: across, down: down)] == label
        }
        let (width, height) = (tile.frame.width, tile.frame.height)
        let scaled = lines.map { line in
          line.map {
            Point(
              x: tile.frame.left + ($0.x + 0.5) / Float(size.across) * width,
              y: tile.frame.top + ($0.y + 0.5) / Float(size.down) * height)
          }
        }
        image.stroke(scaled, thickness: style.thickness, style.colour(of: label))
      }
    }
  }

  private struct LineStyle {
    var thickness: Float
    /// Nil gives every label its own colour.
    var colour: Colour?

    func colour(of label: LabelMap.Label) -> Colour {
      colour ?? Colour.palette[(Int(label) + Colour.palette.count - 1) % Colour.palette.count]
    }
  }

  /// The label maps and how to draw them, the lower one first.
  private var layers: [(LabelMap, LineStyle)] {
    if !raters.isEmpty {
      return raters.enumerated().map { index, rater in
        (
          rater.map,
          LineStyle(thickness: 1.8, colour: Colour.palette[index % Colour.palette.count])
        )
      }
    }
    return switch (reference, prediction) {
    case (let reference?, let prediction?):
      [
        (reference, LineStyle(thickness: 3.4, colour: .skyBlue)),
        (prediction, LineStyle(thickness: 1.6, colour: .orange)),
      ]
    case (let map?, nil), (nil, let map?): [(map, LineStyle(thickness: 2, colour: nil))]
    case (nil, nil): []
    }
  }

  private func drawCaption(of tile: Tile, into image: inout RasterImage) {
    let frame = tile.frame
    let baseLine = frame.bottom + 15
    image.write(
      "\(tile.plane.name) \(tile.slice + 1)",
      at: Point(x: (frame.left + frame.right) / 2, y: baseLine),
      height: 9, .lightGrey, aligned: .centred)
    let (left, right) = tile.plane.sides
    image.write(left, at: Point(x: frame.left + 2, y: baseLine), height: 9, .lightGrey)
    image.write(
      right, at: Point(x: frame.right - 2, y: baseLine), height: 9, .lightGrey, aligned: .trailing)
  }

  private func drawLegend(into image: inout RasterImage) {
    var entries: [(String, LineStyle, LabelMap.Label)] = []
    let layers = layers
    if !raters.isEmpty {
      entries = zip(raters, layers).map { ($0.name, $1.1, 0) }
    } else if layers.count == 2 {
      entries = [("reference", layers[0].1, 0), ("prediction", layers[1].1, 0)]
    } else if let (map, style) = layers.first {
      entries = Set(map.labels).subtracting([0]).sorted().map {
        (settings.labelNames[$0] ?? "label \($0)", style, $0)
      }
    }
    var x = Float(settings.width) - Self.margin
    for (name, style, label) in entries.reversed() {
      x -= StrokeFont.width(of: name, height: 10)
      image.write(name, at: Point(x: x, y: 30), height: 10, .white)
      image.stroke(
        [[Point(x: x - 32, y: 25.5), Point(x: x - 8, y: 25.5)]], thickness: style.thickness,
        style.colour(of: label))
      x -= 52
    }
  }
}
