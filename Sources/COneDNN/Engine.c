#include <stdlib.h>

#include "Handles.h"

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
