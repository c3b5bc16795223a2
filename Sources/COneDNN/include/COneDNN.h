// oneDNN's convolutions behind one interface, so that versions 2 and 3, which differ in how primitives are described, both build and the
// Swift side sees neither. Activations are channels last (N, D, H, W, C) in memory; weights are given and taken in PyTorch's layouts.
#ifndef DELINEATE_CONEDNN_H
#define DELINEATE_CONEDNN_H

#include <stddef.h>
#include <stdint.h>

typedef struct delineate_engine delineate_engine;
typedef struct delineate_convolution delineate_convolution;

enum delineate_pass { DELINEATE_FORWARD = 0, DELINEATE_BACKWARD_DATA = 1, DELINEATE_BACKWARD_WEIGHTS = 2 };
enum delineate_precision { DELINEATE_FLOAT32 = 0, DELINEATE_BFLOAT16 = 1 };

typedef struct {
  int pass;
  int transposed;  // 0: weights are (out, in, kernel); 1: transposed convolution, weights are (in, out, kernel)
  int spatial;     // 3, or 2 with the last two entries of the arrays below
  int64_t batch, in_channels, out_channels;
  int64_t in[3], out[3], kernel[3], stride[3], pad_low[3], pad_high[3];
  int source_precision;       // of the layer's input and its gradient
  int destination_precision;  // of the layer's output and its gradient
  int with_bias;              // bias and its gradient are float32
} delineate_convolution_description;

/// The CPU engine with one in-order stream, or NULL.
delineate_engine *delineate_engine_create(void);
void delineate_engine_destroy(delineate_engine *engine);

/// Makes one pass of a convolution; returns oneDNN's status, 0 for success.
int delineate_convolution_create(delineate_engine *engine, const delineate_convolution_description *description,
                                 delineate_convolution **convolution);
void delineate_convolution_destroy(delineate_convolution *convolution);

/// Bytes of the weights in the layout the pass wants.
size_t delineate_convolution_weights_size(const delineate_convolution *convolution);
/// Bytes of working memory the pass wants.
size_t delineate_convolution_scratchpad_size(const delineate_convolution *convolution);
/// oneDNN's name of the kernel, for the benchmark's report.
const char *delineate_convolution_implementation(const delineate_convolution *convolution);

/// Runs the pass. Forward: source, weights, bias are read, destination is written. Backward data: destination holds the output's gradient and
/// source is written. Backward weights: source and destination are read, weights and bias are written. Weights are in the pass's layout.
int delineate_convolution_execute(delineate_convolution *convolution, void *source, void *weights, void *bias, void *destination,
                                  void *scratchpad);

/// Float32 weights in PyTorch's layout to the layout of the pass.
int delineate_convolution_pack_weights(delineate_convolution *convolution, const float *plain, void *packed);
/// The gradient of a backward weights pass to float32 in PyTorch's layout.
int delineate_convolution_unpack_weights(delineate_convolution *convolution, void *packed, float *plain);

/// oneDNN's effective instruction set, as its number, after the limits of the environment.
int delineate_effective_isa(void);
int delineate_has_bfloat16(void);
int delineate_has_amx(void);
void delineate_version(int *major, int *minor, int *patch);

#endif
