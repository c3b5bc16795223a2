// How the gradient of a convolution's weights becomes products of small matrices.
//
// For every tap of the kernel, gradient(in, out) = sum over voxels f of input(in, f + shift of the tap) * gradient(f, out). A tile of the first
// factor holds 16 channels of 32 voxels, a tile of the second 32 voxels of 16 channels, two voxels side by side. The input is therefore stored
// channel by channel, with rows and planes so far apart (`row`, `plane`) that a shift of whole voxels is one distance in memory for all
// voxels, and what it meets beyond the border is zero. A stride of s splits each axis into s phases, between which nothing is shifted. A chunk
// of the image, arranged so, stays in the second level cache while all its products are computed.
#ifndef DELINEATE_WEIGHTGRADIENT_H
#define DELINEATE_WEIGHTGRADIENT_H

#include "CMatrixTiles.h"

enum {
  tile_channels = 16,
  tile_voxels = 32,
  tile_bytes = 1024,
};

typedef struct {
  int64_t low, high;  // positions that taps reach before the first voxel of the output and after its last
} tap_reach;

struct delineate_weight_gradient {
  delineate_weight_gradient_shape shape;
  int64_t in_tiles, out_tiles;   // channels, in tiles
  int64_t taps, variants;        // variants: taps times tiles of input channels
  int64_t phases;                // of all three axes together
  tap_reach reach[3];
  int64_t planes, rows;          // of the output in a chunk
  int64_t depth_chunks, height_chunks, chunks;
  int64_t row, plane;            // voxels from row to row and from plane to plane
  int64_t stored_rows;           // of a plane
  int64_t first_row;             // the first of them, from the first row of the chunk's output
  int64_t margin;                // zeros before the first plane
  int64_t pitch;                 // voxels from channel to channel
  int64_t blocks;                // of tile_voxels, in the output of a chunk
  int64_t *offsets;              // of each variant's first tile in the arranged input, in bytes
  int64_t voxel_parts;           // parts that share out the chunks; each has sums of its own
  int64_t channel_parts;         // parts that share out the output channels of the same chunks
  size_t input_bytes, gradient_bytes, table_bytes;  // of one part
  size_t part_bytes, sums_bytes;
};

static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t rounded_up(int64_t a, int64_t b) { return (a + b - 1) / b * b; }

/// Brings the input of a chunk into its order. `table` holds one plane's voxels.
void arrange_input(const delineate_weight_gradient *plan, const uint16_t *image, int64_t first_plane, int64_t first_row, int32_t *table,
                   uint16_t *arranged);
/// Brings the output's gradient of a chunk into its order, for some tiles of channels.
void arrange_gradient(const delineate_weight_gradient *plan, const uint16_t *image, int64_t first_plane, int64_t first_row,
                      int64_t first_tile, int64_t end_tile, int32_t *table, uint16_t *arranged);

#endif
