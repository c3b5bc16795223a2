// zlib, whose initialisers are macros that Swift does not see.
#ifndef DELINEATE_CZLIB_H
#define DELINEATE_CZLIB_H

#include <zlib.h>

/// Starts decompressing a stream with a gzip or a zlib header, whichever it has.
static inline int delineate_inflate_start(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

/// Starts compressing to a stream with a gzip header.
static inline int delineate_deflate_start_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
}

/// Starts compressing to a stream with a zlib header.
static inline int delineate_deflate_start_zlib(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15, 9, Z_DEFAULT_STRATEGY);
}

/// Starts decompressing a stream without a header, as in a zip archive.
static inline int delineate_inflate_start_raw(z_stream *stream) { return inflateInit2(stream, -15); }

/// Starts compressing to a stream without a header, as in a zip archive.
static inline int delineate_deflate_start_raw(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
}

#endif
