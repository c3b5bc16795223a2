#include <stdlib.h>

#include "WeightGradient.h"

// What a chunk may take of the second level cache, of which processors with these instructions have 2 MB a core. 0.8 to 1.6 MB are equally fast.
static const size_t chunk_budget = 1200 * 1024;
// What the sums of all parts may take; where there are more threads than that allows, they share out output channels.
static const size_t sums_budget = 64 * 1024 * 1024;

static int64_t divided_down(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

static int64_t divided_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

static void lay_out(delineate_weight_gradient *p, int64_t planes, int64_t rows) {
  const delineate_weight_gradient_shape *s = &p->shape;
  const tap_reach *reach = p->reach;
  int64_t lines = divided_up(s->in[1], s->stride[1]), columns = divided_up(s->in[2], s->stride[2]);
  p->planes = planes;
  p->rows = rows;
  // The zeros after a row are those before the next one, and whole planes share theirs in the same way.
  p->row = larger(columns + reach[2].low, s->out[2] + reach[2].high);
  if (rows == s->out[1]) {
    p->first_row = 0;
    p->stored_rows = larger(lines + reach[1].low, rows + reach[1].high);
  } else {
    p->first_row = -reach[1].low;
    p->stored_rows = reach[1].low + rows + reach[1].high;
  }
  p->plane = p->stored_rows * p->row;
  p->margin = rounded_up(reach[1].low * p->row + reach[2].low, tile_voxels);
  p->blocks = divided_up((planes - 1) * p->plane + rows * p->row, tile_voxels);
  int64_t stored = p->margin + (reach[0].low + planes + reach[0].high) * p->plane;
  int64_t read = p->margin + (reach[0].low + reach[0].high) * p->plane + (reach[1].high - p->first_row) * p->row + reach[2].high +
                 p->blocks * tile_voxels;
  p->pitch = rounded_up(larger(stored, read), tile_voxels);
  // Channels that lie a multiple of a power of two apart would share a few places in the cache.
  if (p->pitch / tile_voxels % 2 == 0) p->pitch += tile_voxels;
  p->input_bytes = (size_t)(p->phases * p->in_tiles * tile_channels * p->pitch) * sizeof(uint16_t);
  p->gradient_bytes = (size_t)(p->out_tiles * p->blocks) * tile_bytes;
}

// As many planes as the cache holds, or else as many rows of one plane.
static void choose_chunk(delineate_weight_gradient *p) {
  int64_t planes = p->shape.out[0], rows = p->shape.out[1];
  const int64_t fewest_rows = 4;
  for (;;) {
    lay_out(p, planes, rows);
    if (p->input_bytes + p->gradient_bytes <= chunk_budget) break;
    if (planes > 1)
      planes = divided_up(planes, 2);
    else if (rows > fewest_rows)
      rows = divided_up(rows, 2);
    else
      break;
  }
  p->depth_chunks = divided_up(p->shape.out[0], planes);
  p->height_chunks = divided_up(p->shape.out[1], rows);
  p->chunks = p->shape.batch * p->depth_chunks * p->height_chunks;
}

static void divide(delineate_weight_gradient *p, int threads) {
  p->sums_bytes = (size_t)(p->variants * p->out_tiles) * tile_bytes;
  p->table_bytes = (size_t)rounded_up(p->plane * (int64_t)sizeof(int32_t), 64);
  p->part_bytes = (size_t)rounded_up((int64_t)(p->input_bytes + p->gradient_bytes + p->table_bytes), 4096);
  int64_t affordable = larger(2, (int64_t)(sums_budget / p->sums_bytes));
  p->voxel_parts = smaller(smaller(threads, p->chunks), affordable);
  p->channel_parts = smaller(divided_up(threads, p->voxel_parts), divided_up(p->out_tiles, 2));
}

// Sorted so that neighbours read the same voxels of the same channels.
static void set_offsets(delineate_weight_gradient *p) {
  const delineate_weight_gradient_shape *s = &p->shape;
  int64_t variant = 0;
  for (int64_t d = 0; d < s->kernel[0]; d++)
    for (int64_t tile = 0; tile < p->in_tiles; tile++)
      for (int64_t h = 0; h < s->kernel[1]; h++)
        for (int64_t w = 0; w < s->kernel[2]; w++) {
          const int64_t tap[3] = {d, h, w};
          int64_t shift[3], phase = 0;
          for (int axis = 0; axis < 3; axis++) {
            int64_t at = tap[axis] - s->pad[axis];
            shift[axis] = divided_down(at, s->stride[axis]);
            phase = phase * s->stride[axis] + at - shift[axis] * s->stride[axis];
          }
          int64_t voxel = p->margin + (shift[0] + p->reach[0].low) * p->plane + (shift[1] - p->first_row) * p->row + shift[2];
          p->offsets[variant++] = ((phase * p->in_tiles + tile) * tile_channels * p->pitch + voxel) * (int64_t)sizeof(uint16_t);
        }
}

delineate_weight_gradient *delineate_weight_gradient_create(const delineate_weight_gradient_shape *shape, int threads) {
  if (!delineate_has_matrix_tiles()) return NULL;
  delineate_weight_gradient *p = calloc(1, sizeof *p);
  if (!p) return NULL;
  p->shape = *shape;
  p->in_tiles = divided_up(shape->in_channels, tile_channels);
  p->out_tiles = divided_up(shape->out_channels, tile_channels);
  p->taps = shape->kernel[0] * shape->kernel[1] * shape->kernel[2];
  p->variants = p->taps * p->in_tiles;
  p->phases = shape->stride[0] * shape->stride[1] * shape->stride[2];
  for (int axis = 0; axis < 3; axis++) {
    p->reach[axis].low = larger(0, -divided_down(-shape->pad[axis], shape->stride[axis]));
    p->reach[axis].high = larger(0, divided_down(shape->kernel[axis] - 1 - shape->pad[axis], shape->stride[axis]));
  }
  choose_chunk(p);
  divide(p, threads);
  p->offsets = malloc((size_t)p->variants * sizeof *p->offsets);
  if (!p->offsets) {
    free(p);
    return NULL;
  }
  set_offsets(p);
  return p;
}

void delineate_weight_gradient_destroy(delineate_weight_gradient *p) {
  if (!p) return;
  free(p->offsets);
  free(p);
}

int delineate_weight_gradient_parts(const delineate_weight_gradient *p) { return (int)(p->voxel_parts * p->channel_parts); }

size_t delineate_weight_gradient_scratch_bytes(const delineate_weight_gradient *p) {
  return (size_t)p->voxel_parts * p->sums_bytes + (size_t)(p->voxel_parts * p->channel_parts) * p->part_bytes;
}
