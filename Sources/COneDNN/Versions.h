// What differs between oneDNN's versions 2 and 3, and nothing else.
#ifndef DELINEATE_VERSIONS_H
#define DELINEATE_VERSIONS_H

#include <oneapi/dnnl/dnnl.h>

#include "COneDNN.h"

// Version 2 keeps layouts in structures and describes an operation before it makes a primitive's description; version 3 keeps them behind
// pointers and does both at once. Nothing outside this file sees that.
#if DNNL_VERSION_MAJOR >= 3
#define LAYOUT(layout) (layout)
typedef const_dnnl_memory_desc_t layout_pointer;

static inline dnnl_status_t layout_by_tag(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                          dnnl_format_tag_t tag) {
  return dnnl_memory_desc_create_with_tag(layout, axes, dims, type, tag);
}

static inline dnnl_status_t layout_by_strides(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                              const dnnl_dims_t strides) {
  return dnnl_memory_desc_create_with_strides(layout, axes, dims, type, strides);
}

static inline dnnl_status_t layout_of(dnnl_memory_desc_t *layout, const_dnnl_primitive_desc_t description, dnnl_query_t what) {
  return dnnl_memory_desc_clone(layout, dnnl_primitive_desc_query_md(description, what, 0));
}

static inline void release_layout(dnnl_memory_desc_t *layout) {
  if (*layout) dnnl_memory_desc_destroy(*layout);
  *layout = NULL;
}
#else
#define LAYOUT(layout) (&(layout))
typedef const dnnl_memory_desc_t *layout_pointer;

static inline dnnl_status_t layout_by_tag(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                          dnnl_format_tag_t tag) {
  return dnnl_memory_desc_init_by_tag(layout, axes, dims, type, tag);
}

static inline dnnl_status_t layout_by_strides(dnnl_memory_desc_t *layout, int axes, const dnnl_dims_t dims, dnnl_data_type_t type,
                                              const dnnl_dims_t strides) {
  return dnnl_memory_desc_init_by_strides(layout, axes, dims, type, strides);
}

static inline dnnl_status_t layout_of(dnnl_memory_desc_t *layout, const_dnnl_primitive_desc_t description, dnnl_query_t what) {
  *layout = *dnnl_primitive_desc_query_md(description, what, 0);
  return dnnl_success;
}

static inline void release_layout(dnnl_memory_desc_t *layout) { (void)layout; }
#endif

// The description of one pass's primitive.
static inline dnnl_status_t describe(dnnl_primitive_desc_t *result, int pass, const delineate_convolution_description *d,
                                     dnnl_engine_t engine, layout_pointer source, layout_pointer weights, layout_pointer bias, layout_pointer destination,
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

#endif
