#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

// Version 2 keeps layouts in structures and describes an operation before it makes a primitive's description; version 3 keeps them behind
// pointers and does both at once. The functions from here to `create` hide that.
#if DNNL_VERSION_MAJOR >= 3
#define LAYOUT(layout) (layout)
typedef const_dnnl_memory_desc_t layout_pointer;

static dnnl_status_t layout_by_tag(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                   dnnl_format_tag_t tag) {
  return dnnl_memory_desc_create_with_tag(layout, axes, dims, type, tag);
}

static dnnl_status_t layout_by_strides(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                       const dnnl_dims_t strides) {
  return dnnl_memory_desc_create_with_strides(layout, axes, dims, type, strides);
}

static dnnl_status_t layout_of(dnnl_memory_desc_t *layout, const_dnnl_primitive_desc_t description, dnnl_query_t what) {
  return dnnl_memory_desc_clone(layout, dnnl_primitive_desc_query_md(description, what, 0));
}

static void release_layout(dnnl_memory_desc_t *layout) {
  if (*layout) dnnl_memory_desc_destroy(*layout);
  *layout = NULL;
}
#else
#define LAYOUT(layout) (&(layout))
typedef const dnnl_memory_desc_t *layout_pointer;

static dnnl_status_t layout_by_tag(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                   dnnl_format_tag_t tag) {
  return dnnl_memory_desc_init_by_tag(layout, axes, dims, type, tag);
}

static dnnl_status_t layout_by_strides(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                       const dnnl_dims_t strides) {
  return dnnl_memory_desc_init_by_strides(layout, axes, dims, type, strides);
}

static dnnl_status_t layout_of(dnnl_memory_desc_t *layout, const_dnnl_primitive_desc_t description, dnnl_query_t what) {
  *layout = *dnnl_primitive_desc_query_md(description, what, 0);
  return dnnl_success;
}

static void release_layout(dnnl_memory_desc_t *layout) { (void)layout; }
#endif

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
  dnnl_primitive_t reorder;  // made on first use
};

delineate_engine *delineate_engine_create(void) {
  delineate_engine *engine = calloc(1, sizeof *engine);
  if (!engine) return NULL;
  if (dnnl_engine_create(&engine->engine, dnnl_cpu, 0) != dnnl_success ||
      dnnl_stream_create(&engine->stream, engine->engine, dnnl_stream_in_order) != dnnl_success) {
    delineate_engine_destroy(engine);
    return NULL;
  }
  return engine;
}

void delineate_engine_destroy(delineate_engine *engine) {
  if (!engine) return;
  if (engine->stream) dnnl_stream_destroy(engine->stream);
  if (engine->engine) dnnl_engine_destroy(engine->engine);
  free(engine);
}

// Channels-last activations of `spatial` dimensions.
static dnnl_status_t activation(dnnl_memory_desc_t *result, const delineate_convolution_description *d, int64_t channels,
                                const int64_t *size, int precision) {
  dnnl_dims_t dims = {d->batch, channels};
  for (int i = 0; i < d->spatial; i++) dims[2 + i] = size[3 - d->spatial + i];
  dnnl_data_type_t type = precision == DELINEATE_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
  return layout_by_tag(result, d->spatial + 2, dims, type, d->spatial == 3 ? dnnl_ndhwc : dnnl_nhwc);
}

static dnnl_status_t weights_in_any_layout(dnnl_memory_desc_t *result, const delineate_convolution_description *d, int precision) {
  dnnl_dims_t dims = {d->out_channels, d->in_channels};
  for (int i = 0; i < d->spatial; i++) dims[2 + i] = d->kernel[3 - d->spatial + i];
  dnnl_data_type_t type = precision == DELINEATE_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
  return layout_by_tag(result, d->spatial + 2, dims, type, dnnl_format_tag_any);
}

// PyTorch keeps (out, in, kernel) for a convolution and (in, out, kernel) for a transposed one; oneDNN's logical order is the former for both.
static dnnl_status_t weights_in_plain_layout(dnnl_memory_desc_t *result, const delineate_convolution_description *d) {
  dnnl_dims_t dims = {d->out_channels, d->in_channels}, strides;
  int64_t step = 1;
  for (int i = d->spatial - 1; i >= 0; i--) {
    dims[2 + i] = d->kernel[3 - d->spatial + i];
    strides[2 + i] = step;
    step *= dims[2 + i];
  }
  strides[0] = d->transposed ? step : step * d->in_channels;
  strides[1] = d->transposed ? step * d->out_channels : step;
  return layout_by_strides(result, d->spatial + 2, dims, dnnl_f32, strides);
}

// The description of one pass's primitive.
static dnnl_status_t describe(dnnl_primitive_desc_t *result, int pass, const delineate_convolution_description *d, dnnl_engine_t engine,
                              layout_pointer source, layout_pointer weights, layout_pointer bias, layout_pointer destination,
                              const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attributes) {
  dnnl_dims_t strides = {0}, low = {0}, high = {0};
  for (int i = 0; i < d->spatial; i++) {
    strides[i] = d->stride[3 - d->spatial + i];
    low[i] = d->pad_low[3 - d->spatial + i];
    high[i] = d->pad_high[3 - d->spatial + i];
  }
#if DNNL_VERSION_MAJOR >= 3
  dnnl_dims_t dilation = {0};
  if (d->transposed) {
    dnnl_alg_kind_t algorithm = dnnl_deconvolution_direct;
    if (pass == DELINEATE_FORWARD)
      return dnnl_deconvolution_forward_primitive_desc_create(result, engine, dnnl_forward_training, algorithm, source, weights, bias,
                                                              destination, strides, dilation, low, high, attributes);
    if (pass == DELINEATE_BACKWARD_DATA)
      return dnnl_deconvolution_backward_data_primitive_desc_create(result, engine, algorithm, source, weights, destination, strides,
                                                                    dilation, low, high, hint, attributes);
    return dnnl_deconvolution_backward_weights_primitive_desc_create(result, engine, algorithm, source, weights, bias, destination,
                                                                     strides, dilation, low, high, hint, attributes);
  }
  dnnl_alg_kind_t algorithm = dnnl_convolution_direct;
  if (pass == DELINEATE_FORWARD)
    return dnnl_convolution_forward_primitive_desc_create(result, engine, dnnl_forward_training, algorithm, source, weights, bias,
                                                          destination, strides, dilation, low, high, attributes);
  if (pass == DELINEATE_BACKWARD_DATA)
    return dnnl_convolution_backward_data_primitive_desc_create(result, engine, algorithm, source, weights, destination, strides,
                                                                dilation, low, high, hint, attributes);
  return dnnl_convolution_backward_weights_primitive_desc_create(result, engine, algorithm, source, weights, bias, destination, strides,
                                                                 dilation, low, high, hint, attributes);
#else
  union {
    dnnl_convolution_desc_t convolution;
    dnnl_deconvolution_desc_t deconvolution;
  } operation;
  dnnl_status_t status;
  if (d->transposed) {
    dnnl_deconvolution_desc_t *o = &operation.deconvolution;
    dnnl_alg_kind_t algorithm = dnnl_deconvolution_direct;
    if (pass == DELINEATE_FORWARD)
      status = dnnl_deconvolution_forward_desc_init(o, dnnl_forward_training, algorithm, source, weights, bias, destination, strides, low,
                                                    high);
    else if (pass == DELINEATE_BACKWARD_DATA)
      status = dnnl_deconvolution_backward_data_desc_init(o, algorithm, source, weights, destination, strides, low, high);
    else
      status = dnnl_deconvolution_backward_weights_desc_init(o, algorithm, source, weights, bias, destination, strides, low, high);
  } else {
    dnnl_convolution_desc_t *o = &operation.convolution;
    dnnl_alg_kind_t algorithm = dnnl_convolution_direct;
    if (pass == DELINEATE_FORWARD)
      status = dnnl_convolution_forward_desc_init(o, dnnl_forward_training, algorithm, source, weights, bias, destination, strides, low,
                                                  high);
    else if (pass == DELINEATE_BACKWARD_DATA)
      status = dnnl_convolution_backward_data_desc_init(o, algorithm, source, weights, destination, strides, low, high);
    else
      status = dnnl_convolution_backward_weights_desc_init(o, algorithm, source, weights, bias, destination, strides, low, high);
  }
  return status ? status : dnnl_primitive_desc_create(result, &operation, attributes, engine, hint);
#endif
}

static dnnl_status_t create(delineate_convolution *c, const delineate_convolution_description *d) {
  dnnl_memory_desc_t weights = {0}, weights_gradient = {0};
  dnnl_dims_t bias_dims = {d->out_channels};
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_engine_t engine = c->engine->engine;

  dnnl_status_t status = activation(&c->source, d, d->in_channels, d->in, d->source_precision);
  if (!status) status = activation(&c->destination, d, d->out_channels, d->out, d->destination_precision);
  if (!status) status = weights_in_any_layout(&weights, d, d->source_precision);
  // The gradient of the weights is float32 whatever the activations are: it is added to float32 master weights.
  if (!status) status = weights_in_any_layout(&weights_gradient, d, DELINEATE_FLOAT32);
  if (!status) status = weights_in_plain_layout(&c->plain_weights, d);
  if (!status) status = layout_by_tag(&c->bias, 1, bias_dims, dnnl_f32, dnnl_x);
  if (!status) status = dnnl_primitive_attr_create(&attributes);
  if (!status) status = dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!status && d->pass != DELINEATE_FORWARD)
    status = describe(&hint, DELINEATE_FORWARD, d, engine, LAYOUT(c->source), LAYOUT(weights), NULL, LAYOUT(c->destination), NULL,
                      attributes);
  if (!status) {
    layout_pointer bias = c->with_bias ? LAYOUT(c->bias) : NULL;
    layout_pointer used = d->pass == DELINEATE_BACKWARD_WEIGHTS ? LAYOUT(weights_gradient) : LAYOUT(weights);
    status = describe(&c->description, d->pass, d, engine, LAYOUT(c->source), used, bias, LAYOUT(c->destination), hint, attributes);
  }
  if (!status) status = dnnl_primitive_create(&c->primitive, c->description);
  if (!status) {
    dnnl_query_t query = d->pass == DELINEATE_BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
    status = layout_of(&c->weights, c->description, query);
  }
  if (!status) status = layout_of(&c->scratchpad, c->description, dnnl_query_scratchpad_md);
  release_layout(&weights);
  release_layout(&weights_gradient);
  if (hint) dnnl_primitive_desc_destroy(hint);
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  return status;
}

int delineate_convolution_create(delineate_engine *engine, const delineate_convolution_description *description,
                                 delineate_convolution **convolution) {
  delineate_convolution *c = calloc(1, sizeof *c);
  if (!c) return dnnl_out_of_memory;
  c->engine = engine;
  c->pass = description->pass;
  c->with_bias = description->with_bias && description->pass != DELINEATE_BACKWARD_DATA;
  dnnl_status_t status = create(c, description);
  if (status != dnnl_success) {
    delineate_convolution_destroy(c);
    return status;
  }
  *convolution = c;
  return dnnl_success;
}

void delineate_convolution_destroy(delineate_convolution *c) {
  if (!c) return;
  if (c->reorder) dnnl_primitive_destroy(c->reorder);
  if (c->primitive) dnnl_primitive_destroy(c->primitive);
  if (c->description) dnnl_primitive_desc_destroy(c->description);
  release_layout(&c->source);
  release_layout(&c->destination);
  release_layout(&c->weights);
  release_layout(&c->plain_weights);
  release_layout(&c->bias);
  release_layout(&c->scratchpad);
  free(c);
}

size_t delineate_convolution_weights_size(const delineate_convolution *c) { return dnnl_memory_desc_get_size(LAYOUT(c->weights)); }

size_t delineate_convolution_scratchpad_size(const delineate_convolution *c) { return dnnl_memory_desc_get_size(LAYOUT(c->scratchpad)); }

const char *delineate_convolution_implementation(const delineate_convolution *c) {
  const char *name = NULL;
  if (dnnl_primitive_desc_query(c->description, dnnl_query_impl_info_str, 0, &name) != dnnl_success) return "unknown";
  return name;
}

// Arguments bound to memory for one execution.
typedef struct {
  dnnl_exec_arg_t items[5];
  int count;
} arguments;

static dnnl_status_t add(arguments *list, dnnl_engine_t engine, int role, layout_pointer layout, void *data) {
  dnnl_status_t status = dnnl_memory_create(&list->items[list->count].memory, layout, engine, data);
  if (status == dnnl_success) list->items[list->count++].arg = role;
  return status;
}

static dnnl_status_t execute(arguments *list, dnnl_primitive_t primitive, dnnl_stream_t stream) {
  dnnl_status_t status = dnnl_primitive_execute(primitive, stream, list->count, list->items);
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  return status;
}

static void release(arguments *list) {
  for (int i = 0; i < list->count; i++) dnnl_memory_destroy(list->items[i].memory);
}

int delineate_convolution_execute(delineate_convolution *c, void *source, void *weights, void *bias, void *destination,
                                  void *scratchpad) {
  static const int roles[3][4] = {
      {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST},
      {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DIFF_DST},
      {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS, DNNL_ARG_DIFF_DST},
  };
  const int *role = roles[c->pass];
  dnnl_engine_t engine = c->engine->engine;
  arguments list = {.count = 0};
  dnnl_status_t status = add(&list, engine, role[0], LAYOUT(c->source), source);
  if (!status) status = add(&list, engine, role[1], LAYOUT(c->weights), weights);
  if (!status && c->with_bias) status = add(&list, engine, role[2], LAYOUT(c->bias), bias);
  if (!status) status = add(&list, engine, role[3], LAYOUT(c->destination), destination);
  if (!status) status = add(&list, engine, DNNL_ARG_SCRATCHPAD, LAYOUT(c->scratchpad), scratchpad);
  if (!status) status = execute(&list, c->primitive, c->engine->stream);
  release(&list);
  return status;
}

static dnnl_status_t reorder(delineate_convolution *c, layout_pointer from, void *source, layout_pointer to, void *target) {
  dnnl_engine_t engine = c->engine->engine;
  dnnl_status_t status = dnnl_success;
  if (!c->reorder) {
    dnnl_primitive_desc_t description;
    status = dnnl_reorder_primitive_desc_create(&description, from, engine, to, engine, NULL);
    if (status) return status;
    status = dnnl_primitive_create(&c->reorder, description);
    dnnl_primitive_desc_destroy(description);
    if (status) return status;
  }
  arguments list = {.count = 0};
  status = add(&list, engine, DNNL_ARG_FROM, from, source);
  if (!status) status = add(&list, engine, DNNL_ARG_TO, to, target);
  if (!status) status = execute(&list, c->reorder, c->engine->stream);
  release(&list);
  return status;
}

int delineate_convolution_pack_weights(delineate_convolution *c, const float *plain, void *packed) {
  return reorder(c, LAYOUT(c->plain_weights), (void *)plain, LAYOUT(c->weights), packed);
}

int delineate_convolution_unpack_weights(delineate_convolution *c, void *packed, float *plain) {
  return reorder(c, LAYOUT(c->weights), packed, LAYOUT(c->plain_weights), plain);
}

int delineate_effective_isa(void) { return (int)dnnl_get_effective_cpu_isa(); }

int delineate_has_bfloat16(void) {
  int isa = (int)dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

int delineate_has_amx(void) {
  int isa = (int)dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core_amx) == dnnl_cpu_isa_avx512_core_amx;
}

void delineate_version(int *major, int *minor, int *patch) {
  const dnnl_version_t *version = dnnl_version();
  *major = version->major;
  *minor = version->minor;
  *patch = version->patch;
}
