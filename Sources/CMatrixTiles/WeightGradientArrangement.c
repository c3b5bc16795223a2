#include "WeightGradient.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define VECTORS __attribute__((target("avx512f,avx512bw,avx512vl")))

static const uint16_t zeros[tile_channels] __attribute__((aligned(64)));

// Lines of a tensor's plane that one phase has, and where its first voxel is.
typedef struct {
  int64_t lines, columns, width;
  int64_t stride[2], phase[2];
} plane_grid;

// Which voxel of a tensor's plane each stored voxel is; -1 for zeros.
static void fill_table(const delineate_weight_gradient *p, int64_t first_line, plane_grid grid, int32_t *table) {
  for (int64_t r = 0; r < p->stored_rows; r++) {
    int64_t line = first_line + r;
    int inside = line >= 0 && line < grid.lines;
    int64_t start = (line * grid.stride[0] + grid.phase[0]) * grid.width + grid.phase[1];
    for (int64_t w = 0; w < p->row; w++)
      table[r * p->row + w] = inside && w < grid.columns ? (int32_t)(start + w * grid.stride[1]) : -1;
  }
}

static __mmask16 channel_mask(int64_t channels, int64_t tile) {
  int64_t left = channels - tile * tile_channels;
  return left >= tile_channels ? 0xffff : (__mmask16)((1 << left) - 1);
}

VECTORS static inline __m512i alternating(void) {
  uint16_t order[32];
  for (int c = 0; c < tile_channels; c++) {
    order[2 * c] = (uint16_t)c;
    order[2 * c + 1] = (uint16_t)(tile_channels + c);
  }
  return _mm512_loadu_si512(order);
}

// The channels of two voxels, one of the first, one of the second, and so on.
VECTORS static inline __m512i paired(const uint16_t *first, const uint16_t *second, __mmask16 mask, __m512i order) {
  __m256i a = _mm256_maskz_loadu_epi16(mask, first), b = _mm256_maskz_loadu_epi16(mask, second);
  return _mm512_permutexvar_epi16(order, _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1));
}

static inline const uint16_t *voxel(const uint16_t *plane, int64_t channels, int32_t index) {
  return index < 0 ? zeros : plane + index * channels;
}

// 16 channels of up to 32 voxels, from voxel by voxel to channel by channel.
VECTORS static inline void transpose(const uint16_t *plane, int64_t channels, const int32_t *voxels, int64_t count, __mmask16 mask,
                                     __m512i order, uint16_t *target, int64_t pitch) {
  __m512i r[16], t[16];
  for (int i = 0; i < 16; i++) {
    const uint16_t *first = 2 * i < count ? voxel(plane, channels, voxels[2 * i]) : zeros;
    const uint16_t *second = 2 * i + 1 < count ? voxel(plane, channels, voxels[2 * i + 1]) : zeros;
    r[i] = paired(first, second, mask, order);
  }
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 16; i += 8)
    for (int j = i; j < i + 4; j++) {
      t[j] = _mm512_shuffle_i32x4(r[j], r[j + 4], 0x88);
      t[j + 4] = _mm512_shuffle_i32x4(r[j], r[j + 4], 0xdd);
    }
  for (int j = 0; j < 8; j++) {
    r[j] = _mm512_shuffle_i32x4(t[j], t[j + 8], 0x88);
    r[j + 8] = _mm512_shuffle_i32x4(t[j], t[j + 8], 0xdd);
  }
  __mmask32 kept = (__mmask32)((1ull << count) - 1);
  for (int i = 0; i < 16; i++) _mm512_mask_storeu_epi16(target + i * pitch, kept, r[i]);
}

VECTORS void arrange_input(const delineate_weight_gradient *p, const uint16_t *image, int64_t first_plane, int64_t first_row,
                           int32_t *table, uint16_t *arranged) {
  const delineate_weight_gradient_shape *s = &p->shape;
  const __m512i order = alternating();
  const int64_t stored_planes = p->reach[0].low + p->planes + p->reach[0].high;
  const int64_t plane_elements = s->in[1] * s->in[2] * s->in_channels;
  const int64_t phase_elements = p->in_tiles * tile_channels * p->pitch;
  for (int64_t h = 0; h < s->stride[1]; h++)
    for (int64_t w = 0; w < s->stride[2]; w++) {
      plane_grid grid = {.lines = (s->in[1] - h + s->stride[1] - 1) / s->stride[1],
                         .columns = (s->in[2] - w + s->stride[2] - 1) / s->stride[2],
                         .width = s->in[2],
                         .stride = {s->stride[1], s->stride[2]},
                         .phase = {h, w}};
      fill_table(p, first_row + p->first_row, grid, table);
      for (int64_t d = 0; d < s->stride[0]; d++) {
        uint16_t *region = arranged + ((d * s->stride[1] + h) * s->stride[2] + w) * phase_elements;
        for (int64_t slot = 0; slot < stored_planes; slot++) {
          int64_t depth = (first_plane - p->reach[0].low + slot) * s->stride[0] + d;
          for (int64_t tile = 0; tile < p->in_tiles; tile++) {
            uint16_t *target = region + tile * tile_channels * p->pitch + p->margin + slot * p->plane;
            if (depth < 0 || depth >= s->in[0]) {
              for (int c = 0; c < tile_channels; c++) memset(target + c * p->pitch, 0, (size_t)p->plane * sizeof *target);
              continue;
            }
            const uint16_t *plane = image + depth * plane_elements + tile * tile_channels;
            const __mmask16 mask = channel_mask(s->in_channels, tile);
            int64_t f = 0;
            for (; f + tile_voxels <= p->plane; f += tile_voxels)
              transpose(plane, s->in_channels, table + f, tile_voxels, mask, order, target + f, p->pitch);
            if (f < p->plane) transpose(plane, s->in_channels, table + f, p->plane - f, mask, order, target + f, p->pitch);
          }
        }
      }
    }
}

VECTORS void arrange_gradient(const delineate_weight_gradient *p, const uint16_t *image, int64_t first_plane, int64_t first_row,
                              int64_t first_tile, int64_t end_tile, int32_t *table, uint16_t *arranged) {
  const delineate_weight_gradient_shape *s = &p->shape;
  const __m512i order = alternating();
  const int64_t plane_elements = s->out[1] * s->out[2] * s->out_channels;
  const int64_t end_plane = smaller(first_plane + p->planes, s->out[0]);
  plane_grid grid = {.lines = smaller(s->out[1], first_row + p->rows), .columns = s->out[2], .width = s->out[2], .stride = {1, 1}};
  fill_table(p, first_row, grid, table);
  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    const __mmask16 mask = channel_mask(s->out_channels, tile);
    uint16_t *target = arranged + tile * p->blocks * (tile_bytes / (int64_t)sizeof *arranged);
    const uint16_t *plane = image + first_plane * plane_elements + tile * tile_channels;
    int64_t depth = first_plane, at = 0;  // of the next voxel
    for (int64_t f = 0; f < p->blocks * tile_voxels; f += 2) {
      const uint16_t *sources[2];
      for (int i = 0; i < 2; i++) {
        sources[i] = depth < end_plane ? voxel(plane, s->out_channels, table[at]) : zeros;
        if (++at == p->plane) {
          at = 0;
          depth++;
          plane += plane_elements;
        }
      }
      _mm512_storeu_si512(target + f * tile_channels, paired(sources[0], sources[1], mask, order));
    }
  }
}
#endif
