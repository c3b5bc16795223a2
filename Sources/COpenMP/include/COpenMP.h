// Runs loops on the OpenMP pool that oneDNN uses, so that the program has one pool of threads and not two that fight.
// Debian's libdnnl is linked with libgomp; GOMP_parallel is the entry point that gcc emits for "#pragma omp parallel".
#ifndef DELINEATE_COPENMP_H
#define DELINEATE_COPENMP_H

#include <stdbool.h>

/// Calls `body(context, index)` for every index in 0 ..< count on at most `threads` threads; indices are handed out one by one.
void delineate_parallel_for(int count, int threads, void (*body)(void *context, int index), void *context);

/// Whether the caller already runs inside a parallel region.
bool delineate_in_parallel(void);

/// Threads that oneDNN's parallel regions started from this thread will use.
void delineate_set_threads(int threads);

/// Processors that this process may run on.
int delineate_available_processors(void);

#endif
