// libtiff, whose tag accessors are variadic and whose error handlers take a va_list.
#ifndef DELINEATE_CTIFF_H
#define DELINEATE_CTIFF_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/// The last message of libtiff about one file.
struct delineate_tiff_message {
  char text[256];
};

#if TIFFLIB_VERSION >= 20221213
static inline int delineate_tiff_error(TIFF *tiff, void *message, const char *module,
                                       const char *format, va_list arguments) {
  struct delineate_tiff_message *kept = (struct delineate_tiff_message *)message;
  // The first message names the cause; those after it are its consequences.
  if (kept->text[0] == 0) vsnprintf(kept->text, sizeof kept->text, format, arguments);
  return 1;
}

static inline int delineate_tiff_warning(TIFF *tiff, void *unused, const char *module,
                                         const char *format, va_list arguments) {
  return 1;
}
#endif

/// Opens a file that is already open, silently, with a bound on what libtiff allocates at once for
/// tags and compressed data.
static inline TIFF *delineate_tiff_open(int descriptor, const char *name, const char *mode,
                                        tmsize_t largest_allocation,
                                        struct delineate_tiff_message *message) {
#if TIFFLIB_VERSION >= 20221213
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return NULL;
  if (largest_allocation > 0) TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_allocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options, delineate_tiff_error, message);
  TIFFOpenOptionsSetWarningHandlerExtR(options, delineate_tiff_warning, NULL);
  TIFF *tiff = TIFFFdOpenExt(descriptor, name, mode, options);
  TIFFOpenOptionsFree(options);
  return tiff;
#else
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  return TIFFFdOpen(descriptor, name, mode);
#endif
}

/// A tag of 16 bits, or the fallback where the page has none.
static inline uint16_t delineate_tiff_short(TIFF *tiff, uint32_t tag, uint16_t fallback) {
  uint16_t value = fallback;
  return TIFFGetFieldDefaulted(tiff, tag, &value) ? value : fallback;
}

/// A tag of 32 bits, or the fallback where the page has none.
static inline uint32_t delineate_tiff_long(TIFF *tiff, uint32_t tag, uint32_t fallback) {
  uint32_t value = fallback;
  return TIFFGetField(tiff, tag, &value) ? value : fallback;
}

/// A tag that holds a number with a fraction, or the fallback where the page has none.
static inline float delineate_tiff_float(TIFF *tiff, uint32_t tag, float fallback) {
  float value = fallback;
  return TIFFGetField(tiff, tag, &value) ? value : fallback;
}

/// A tag that holds a text, or null.
static inline const char *delineate_tiff_text(TIFF *tiff, uint32_t tag) {
  char *value = NULL;
  return TIFFGetField(tiff, tag, &value) ? value : NULL;
}

static inline int delineate_tiff_set_integer(TIFF *tiff, uint32_t tag, uint32_t value) {
  return TIFFSetField(tiff, tag, value);
}

static inline int delineate_tiff_set_float(TIFF *tiff, uint32_t tag, double value) {
  return TIFFSetField(tiff, tag, value);
}

static inline int delineate_tiff_set_text(TIFF *tiff, uint32_t tag, const char *value) {
  return TIFFSetField(tiff, tag, value);
}

#endif
