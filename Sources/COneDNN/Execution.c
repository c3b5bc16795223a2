#include "Handles.h"

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
