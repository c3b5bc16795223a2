#include "CMatrixTiles.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

int delineate_has_matrix_tiles(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  int vectors = (b >> 16 & 1) && (b >> 30 & 1) && (b >> 31 & 1);  // AVX512F, AVX512BW, AVX512VL
  int tiles = (d >> 22 & 1) && (d >> 24 & 1);                     // AMX-BF16, AMX-TILE
  // Linux gives the tile registers to a process that asks for them.
  enum { request_permission = 0x1023, tile_data = 18 };
  return vectors && tiles && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}
#else
int delineate_has_matrix_tiles(void) { return 0; }
#endif
