// What the handles of the interface stand for.
#ifndef DELINEATE_HANDLES_H
#define DELINEATE_HANDLES_H

#include "Versions.h"

struct delineate_engine {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
};

struct delineate_convolution {
  delineate_engine *engine;
  int pass;
  int with_bias;
  dnnl_primitive_desc_t description;
  dnnl_primitive_t primitive;
  dnnl_memory_desc_t source, destination, weights, bias, plain_weights, scratchpad;
  // Made on first use. A pass packs its weights or unpacks their gradient, never both.
  dnnl_primitive_t reorder;
};

#endif
