#include "COpenMP.h"

// libgomp's entry points; declared here because clang ships no omp.h for gcc's runtime.
extern void GOMP_parallel(void (*fn)(void *), void *data, unsigned num_threads, unsigned flags);
extern int omp_in_parallel(void);
extern void omp_set_num_threads(int);
extern int omp_get_num_procs(void);

struct loop {
  int count;
  int next;
  void (*body)(void *, int);
  void *context;
};

static void run(void *data) {
  struct loop *loop = data;
  for (;;) {
    int index = __atomic_fetch_add(&loop->next, 1, __ATOMIC_RELAXED);
    if (index >= loop->count) return;
    loop->body(loop->context, index);
  }
}

void delineate_parallel_for(int count, int threads, void (*body)(void *, int), void *context) {
  struct loop loop = {count, 0, body, context};
  if (threads > count) threads = count;
  if (threads <= 1 || omp_in_parallel()) {
    run(&loop);
    return;
  }
  GOMP_parallel(run, &loop, (unsigned)threads, 0);
}

bool delineate_in_parallel(void) { return omp_in_parallel() != 0; }

void delineate_set_threads(int threads) { omp_set_num_threads(threads); }

int delineate_available_processors(void) { return omp_get_num_procs(); }
