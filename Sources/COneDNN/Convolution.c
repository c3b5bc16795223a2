#include <stdlib.h>

#include "Handles.h"

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
