// The gradient of a convolution's weights by the processor's products of small matrices of bfloat16 numbers (Intel's AMX), which Swift has
// no words for. oneDNN computes the same two to four times slower.
#ifndef DELINEATE_CMATRIXTILES_H
#define DELINEATE_CMATRIXTILES_H

#include <stddef.h>
#include <stdint.h>

/// A convolution of channels-last tensors (N, D, H, W, C), padded with zeros. Axes are depth, height, width.
typedef struct {
  int64_t batch, in_channels, out_channels;
  int64_t in[3], out[3], kernel[3], stride[3], pad[3];
} delineate_weight_gradient_shape;

/// How the work on one shape is divided.
typedef struct delineate_weight_gradient delineate_weight_gradient;

/// Whether the processor and the system have the instructions; asks the system for the permission to use them.
int delineate_has_matrix_tiles(void);

/// Plans the work for a number of threads; NULL without memory or instructions.
delineate_weight_gradient *delineate_weight_gradient_create(const delineate_weight_gradient_shape *shape, int threads);
void delineate_weight_gradient_destroy(delineate_weight_gradient *plan);

/// Number of parts that can be computed at the same time.
int delineate_weight_gradient_parts(const delineate_weight_gradient *plan);
/// Bytes of working memory, whatever they hold.
size_t delineate_weight_gradient_scratch_bytes(const delineate_weight_gradient *plan);

/// Computes one part into the working memory, from the layer's input and the gradient of its output, both bfloat16.
void delineate_weight_gradient_accumulate(const delineate_weight_gradient *plan, int part, const uint16_t *input, const uint16_t *gradient,
                                          void *scratch);
/// Adds up all parts, which must be done, for some of the output channels, into float32 weights in PyTorch's order (out, in, kernel).
void delineate_weight_gradient_finish(const delineate_weight_gradient *plan, int64_t first_channel, int64_t end_channel,
                                      const void *scratch, float *weights);

#endif
