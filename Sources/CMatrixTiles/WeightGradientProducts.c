#include "WeightGradient.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define TILES __attribute__((target("avx512f,amx-tile,amx-bf16")))

// Blocks of voxels that are multiplied at a time: what two tiles of output channels and the input's rows around them need stays in the first
// level cache. 8 to 12 are equally fast.
static const int64_t blocks_at_a_time = 8;

// Eight tiles of 16 rows of 64 bytes, in the processor's format.
TILES static void configure_tiles(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
  } configuration = {.palette = 1};
  for (int i = 0; i < 8; i++) {
    configuration.row_bytes[i] = 64;
    configuration.rows[i] = 16;
  }
  _tile_loadconfig(&configuration);
}

// Sums of up to two variants (first and second) by up to two tiles of output channels (left and right): tiles 0 to 3. Tiles 4 and 5 hold
// input, 6 and 7 gradient.
typedef struct {
  const char *first, *second;
  int64_t pitch;
  const char *left, *right;
  int64_t blocks;
} factors;

TILES static inline void multiply_two_by_two(factors f, char *left, char *right) {
  _tile_loadd(0, left, 64);
  _tile_loadd(1, right, 64);
  _tile_loadd(2, left + tile_bytes, 64);
  _tile_loadd(3, right + tile_bytes, 64);
  for (int64_t k = 0; k < f.blocks; k++) {
    _tile_loadd(6, f.left + k * tile_bytes, 64);
    _tile_loadd(4, f.first + k * 64, f.pitch);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, f.right + k * tile_bytes, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, f.second + k * 64, f.pitch);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, left, 64);
  _tile_stored(1, right, 64);
  _tile_stored(2, left + tile_bytes, 64);
  _tile_stored(3, right + tile_bytes, 64);
}

TILES static inline void multiply_one_by_two(factors f, char *left, char *right) {
  _tile_loadd(0, left, 64);
  _tile_loadd(1, right, 64);
  for (int64_t k = 0; k < f.blocks; k++) {
    _tile_loadd(4, f.first + k * 64, f.pitch);
    _tile_loadd(6, f.left + k * tile_bytes, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, f.right + k * tile_bytes, 64);
    _tile_dpbf16ps(1, 4, 7);
  }
  _tile_stored(0, left, 64);
  _tile_stored(1, right, 64);
}

TILES static inline void multiply_two_by_one(factors f, char *left) {
  _tile_loadd(0, left, 64);
  _tile_loadd(2, left + tile_bytes, 64);
  for (int64_t k = 0; k < f.blocks; k++) {
    _tile_loadd(6, f.left + k * tile_bytes, 64);
    _tile_loadd(4, f.first + k * 64, f.pitch);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, f.second + k * 64, f.pitch);
    _tile_dpbf16ps(2, 5, 6);
  }
  _tile_stored(0, left, 64);
  _tile_stored(2, left + tile_bytes, 64);
}

TILES static inline void multiply_one_by_one(factors f, char *left) {
  _tile_loadd(0, left, 64);
  for (int64_t k = 0; k < f.blocks; k++) {
    _tile_loadd(4, f.first + k * 64, f.pitch);
    _tile_loadd(6, f.left + k * tile_bytes, 64);
    _tile_dpbf16ps(0, 4, 6);
  }
  _tile_stored(0, left, 64);
}

TILES static void multiply(const delineate_weight_gradient *p, const char *input, const char *gradient, int64_t first_tile,
                           int64_t end_tile, char *sums) {
  for (int64_t k = 0; k < p->blocks; k += blocks_at_a_time)
    for (int64_t tile = first_tile; tile < end_tile; tile += 2) {
      const int has_right = tile + 1 < end_tile;
      factors f = {.pitch = p->pitch * (int64_t)sizeof(uint16_t), .blocks = smaller(blocks_at_a_time, p->blocks - k)};
      f.left = gradient + (tile * p->blocks + k) * tile_bytes;
      f.right = f.left + p->blocks * tile_bytes;
      char *left = sums + tile * p->variants * tile_bytes, *right = left + p->variants * tile_bytes;
      int64_t v = 0;
      for (; v + 1 < p->variants; v += 2) {
        f.first = input + k * 64 + p->offsets[v];
        f.second = input + k * 64 + p->offsets[v + 1];
        if (has_right)
          multiply_two_by_two(f, left + v * tile_bytes, right + v * tile_bytes);
        else
          multiply_two_by_one(f, left + v * tile_bytes);
      }
      if (v < p->variants) {
        f.first = input + k * 64 + p->offsets[v];
        if (has_right)
          multiply_one_by_two(f, left + v * tile_bytes, right + v * tile_bytes);
        else
          multiply_one_by_one(f, left + v * tile_bytes);
      }
    }
}

TILES void delineate_weight_gradient_accumulate(const delineate_weight_gradient *p, int part, const uint16_t *input,
                                                const uint16_t *gradient, void *scratch) {
  const delineate_weight_gradient_shape *s = &p->shape;
  const int64_t voxel_part = part / p->channel_parts, channel_part = part % p->channel_parts;
  const int64_t tile_pairs = (p->out_tiles + 1) / 2;
  const int64_t first_tile = tile_pairs * channel_part / p->channel_parts * 2;
  const int64_t end_tile = smaller(p->out_tiles, tile_pairs * (channel_part + 1) / p->channel_parts * 2);
  char *sums = (char *)scratch + (size_t)voxel_part * p->sums_bytes;
  char *own = (char *)scratch + (size_t)p->voxel_parts * p->sums_bytes + (size_t)part * p->part_bytes;
  char *arranged_input = own, *arranged_gradient = own + p->input_bytes;
  int32_t *table = (int32_t *)(arranged_gradient + p->gradient_bytes);
  // The margins stay zero; what is read beyond the last voxel meets zeros of the gradient, but must be numbers.
  memset(arranged_input, 0, p->input_bytes);
  memset(sums + first_tile * p->variants * tile_bytes, 0, (size_t)((end_tile - first_tile) * p->variants) * tile_bytes);
  configure_tiles();
  for (int64_t chunk = p->chunks * voxel_part / p->voxel_parts; chunk < p->chunks * (voxel_part + 1) / p->voxel_parts; chunk++) {
    const int64_t row = chunk % p->height_chunks * p->rows, plane = chunk / p->height_chunks % p->depth_chunks * p->planes;
    const int64_t sample = chunk / (p->height_chunks * p->depth_chunks);
    const uint16_t *image = input + sample * s->in[0] * s->in[1] * s->in[2] * s->in_channels;
    const uint16_t *slopes = gradient + sample * s->out[0] * s->out[1] * s->out[2] * s->out_channels;
    arrange_input(p, image, plane, row, table, (uint16_t *)arranged_input);
    arrange_gradient(p, slopes, plane, row, first_tile, end_tile, table, (uint16_t *)arranged_gradient);
    multiply(p, arranged_input, arranged_gradient, first_tile, end_tile, sums);
  }
  _tile_release();
}
#else
void delineate_weight_gradient_accumulate(const delineate_weight_gradient *p, int part, const uint16_t *input, const uint16_t *gradient,
                                          void *scratch) {
  // Without the instructions there is no plan to call this with.
  (void)p, (void)part, (void)input, (void)gradient, (void)scratch;
}
#endif

void delineate_weight_gradient_finish(const delineate_weight_gradient *p, int64_t first_channel, int64_t end_channel, const void *scratch,
                                      float *weights) {
  const delineate_weight_gradient_shape *s = &p->shape;
  const int64_t flat = s->kernel[1] * s->kernel[2];
  for (int64_t out = first_channel; out < end_channel; out++) {
    const char *tiles = (const char *)scratch + out / tile_channels * p->variants * tile_bytes + out % tile_channels * (int64_t)sizeof(float);
    for (int64_t v = 0; v < p->variants; v++) {
      const int64_t tile = v / flat % p->in_tiles, tap = v / flat / p->in_tiles * flat + v % flat;
      const int64_t channels = smaller(tile_channels, s->in_channels - tile * tile_channels);
      for (int64_t c = 0; c < channels; c++) {
        float sum = 0;
        for (int64_t part = 0; part < p->voxel_parts; part++)
          sum += *(const float *)(tiles + (size_t)part * p->sums_bytes + v * tile_bytes + c * 64);
        weights[(out * s->in_channels + tile * tile_channels + c) * p->taps + tap] = sum;
      }
    }
  }
}
