// GDCM's reader behind plain C functions; no C++ exception leaves them. Text of the header is handed over as it stands, so that Swift parses
// and checks it in one place.
#ifndef DELINEATE_CGDCM_H
#define DELINEATE_CGDCM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum delineate_dicom_status {
  DELINEATE_DICOM_OK = 0,
  DELINEATE_DICOM_UNREADABLE = 1,   // GDCM cannot parse the file
  DELINEATE_DICOM_SIZE = 2,         // the decoded image is not of the size asked for
  DELINEATE_DICOM_TRUNCATED = 3,    // fewer bytes of voxels than the header promises
  DELINEATE_DICOM_FORMAT = 4,       // voxels of a type that is not read
  DELINEATE_DICOM_MEMORY = 5
};

typedef struct delineate_dicom_header delineate_dicom_header;

/// Reads all elements before the voxels; the header must be destroyed if the status is 0.
int delineate_dicom_header_read(const char *path, delineate_dicom_header **header);
void delineate_dicom_header_destroy(delineate_dicom_header *header);
/// The text of an element, or NULL if it is missing or empty; valid until the next call on the same header. Numbers of binary elements are
/// printed. `sequence` names the sequence (group << 16 | element) whose first item holds the element, or is 0.
const char *delineate_dicom_header_text(delineate_dicom_header *header, uint32_t sequence, uint32_t element);
/// Whether the voxels are stored as they are, so that the file is at least as long as they.
int delineate_dicom_header_is_native(const delineate_dicom_header *header);

/// Decodes the one plane of a file: columns x rows stored values, before slope and intercept, x fastest.
int delineate_dicom_read_stored(const char *path, uint32_t columns, uint32_t rows, double *stored);

#ifdef __cplusplus
}
#endif

#endif
