// libpng's simplified interface; the classic one needs setjmp, which is not safe under Swift.
#ifndef DELINEATE_CPNG_H
#define DELINEATE_CPNG_H

#include <png.h>

enum {
  delineate_png_grey8 = PNG_FORMAT_GRAY,
  delineate_png_grey_alpha8 = PNG_FORMAT_GA,
  delineate_png_rgb8 = PNG_FORMAT_RGB,
  delineate_png_rgba8 = PNG_FORMAT_RGBA,
  delineate_png_grey16 = PNG_FORMAT_LINEAR_Y,
  delineate_png_rgb16 = PNG_FORMAT_LINEAR_RGB
};

/// An image description for the simplified interface, empty but for its version.
static inline png_image delineate_png_image(void) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  return image;
}

/// Bytes that surely hold the image once compressed.
static inline size_t delineate_png_bound(png_image image) {
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

#endif
