// libnifti: the layout of both headers, byte swapping, and quaternions.
#ifndef DELINEATE_CNIFTI_H
#define DELINEATE_CNIFTI_H

#include <nifti/nifti2_io.h>

#endif
