#include "CGDCM.h"

#include <cstring>
#include <new>
#include <set>
#include <string>
#include <vector>

#include <gdcm-3.0/gdcmImage.h>
#include <gdcm-3.0/gdcmImageReader.h>
#include <gdcm-3.0/gdcmReader.h>
#include <gdcm-3.0/gdcmSequenceOfItems.h>
#include <gdcm-3.0/gdcmStringFilter.h>
#include <gdcm-3.0/gdcmTrace.h>

struct delineate_dicom_header {
  gdcm::Reader reader;
  std::string text;
};

namespace {

// GDCM reports to the terminal by default; what matters comes back as a status.
void silence() {
  gdcm::Trace::DebugOff();
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
}

gdcm::Tag tag(uint32_t number) { return gdcm::Tag(number >> 16, number & 0xffff); }

template <typename Stored>
void widen(const std::vector<char> &bytes, size_t count, double *stored) {
  const char *source = bytes.data();
  for (size_t i = 0; i < count; ++i) {
    Stored value;
    std::memcpy(&value, source + i * sizeof(Stored), sizeof(Stored));
    stored[i] = static_cast<double>(value);
  }
}

int decode(const char *path, uint32_t columns, uint32_t rows, double *stored) {
  gdcm::ImageReader reader;
  reader.SetFileName(path);
  if (!reader.Read()) return DELINEATE_DICOM_UNREADABLE;
  const gdcm::Image &image = reader.GetImage();
  const unsigned int *size = image.GetDimensions();
  if (size[0] != columns || size[1] != rows || (image.GetNumberOfDimensions() > 2 && size[2] != 1)) return DELINEATE_DICOM_SIZE;
  const gdcm::PixelFormat &format = image.GetPixelFormat();
  if (format.GetSamplesPerPixel() != 1) return DELINEATE_DICOM_FORMAT;
  const size_t count = static_cast<size_t>(columns) * rows;
  const size_t length = image.GetBufferLength();
  if (length != count * format.GetPixelSize()) return DELINEATE_DICOM_FORMAT;
  std::vector<char> bytes(length);
  if (!image.GetBuffer(bytes.data())) return DELINEATE_DICOM_TRUNCATED;
  switch (format.GetScalarType()) {
    case gdcm::PixelFormat::UINT8: widen<uint8_t>(bytes, count, stored); break;
    case gdcm::PixelFormat::INT8: widen<int8_t>(bytes, count, stored); break;
    case gdcm::PixelFormat::UINT16: widen<uint16_t>(bytes, count, stored); break;
    case gdcm::PixelFormat::INT16: widen<int16_t>(bytes, count, stored); break;
    case gdcm::PixelFormat::UINT32: widen<uint32_t>(bytes, count, stored); break;
    case gdcm::PixelFormat::INT32: widen<int32_t>(bytes, count, stored); break;
    default: return DELINEATE_DICOM_FORMAT;
  }
  return DELINEATE_DICOM_OK;
}

std::string trimmed(const std::string &text) {
  const std::string padding(" \0\n\r\t", 5);
  const size_t first = text.find_first_not_of(padding);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(padding) - first + 1);
}

}  // namespace

extern "C" {

int delineate_dicom_header_read(const char *path, delineate_dicom_header **header) {
  *header = nullptr;
  try {
    silence();
    delineate_dicom_header *read = new delineate_dicom_header();
    bool complete = false;
    try {
      read->reader.SetFileName(path);
      complete = read->reader.ReadUpToTag(gdcm::Tag(0x7fe0, 0x0010), std::set<gdcm::Tag>());
    } catch (...) {
      delete read;
      throw;
    }
    if (!complete) {
      delete read;
      return DELINEATE_DICOM_UNREADABLE;
    }
    *header = read;
    return DELINEATE_DICOM_OK;
  } catch (const std::bad_alloc &) {
    return DELINEATE_DICOM_MEMORY;
  } catch (...) {
    return DELINEATE_DICOM_UNREADABLE;
  }
}

void delineate_dicom_header_destroy(delineate_dicom_header *header) { delete header; }

const char *delineate_dicom_header_text(delineate_dicom_header *header, uint32_t sequence, uint32_t element) {
  try {
    const gdcm::DataSet *elements = &header->reader.GetFile().GetDataSet();
    gdcm::SmartPointer<gdcm::SequenceOfItems> items;
    if (sequence != 0) {
      if (!elements->FindDataElement(tag(sequence))) return nullptr;
      items = elements->GetDataElement(tag(sequence)).GetValueAsSQ();
      if (!items || items->GetNumberOfItems() == 0) return nullptr;
      elements = &items->GetItem(1).GetNestedDataSet();
    }
    if (!elements->FindDataElement(tag(element))) return nullptr;
    gdcm::StringFilter filter;
    filter.SetFile(header->reader.GetFile());
    header->text = trimmed(filter.ToString(elements->GetDataElement(tag(element))));
    return header->text.empty() ? nullptr : header->text.c_str();
  } catch (...) {
    return nullptr;
  }
}

int delineate_dicom_header_is_native(const delineate_dicom_header *header) {
  try {
    const gdcm::TransferSyntax &syntax = header->reader.GetFile().GetHeader().GetDataSetTransferSyntax();
    return !syntax.IsEncapsulated() && syntax != gdcm::TransferSyntax::DeflatedExplicitVRLittleEndian;
  } catch (...) {
    return 0;
  }
}

int delineate_dicom_read_stored(const char *path, uint32_t columns, uint32_t rows, double *stored) {
  try {
    silence();
    return decode(path, columns, rows, stored);
  } catch (const std::bad_alloc &) {
    return DELINEATE_DICOM_MEMORY;
  } catch (...) {
    return DELINEATE_DICOM_UNREADABLE;
  }
}

}
