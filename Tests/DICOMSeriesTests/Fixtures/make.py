"""Writes small DICOM series and what SimpleITK reads from them. Needs pydicom, numpy and SimpleITK.

Usage: make.py [FOLDER_OF_A_REAL_MR_SERIES]; the digest of the real series is written if a folder is named.
"""
import json
import pathlib
import sys

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(5)
COLUMNS, ROWS, SLICES = 8, 7, 6


def orientation():
    """Row and column directions of an oblique plane, with the digits a header keeps."""
    a, b = np.deg2rad(20), np.deg2rad(-12)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    axes = turn @ tilt
    return axes[:, 0], axes[:, 1], axes[:, 2]


def write(folder, names, storage, modality, uid, signed, extra):
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.dcm"):
        old.unlink()
    x, y, n = orientation()
    for k in range(SLICES):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID = storage
        meta.MediaStorageSOPInstanceUID = f"{uid}.{k + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.ImplementationClassUID = "1.2.3.4"
        d = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
        d.SOPClassUID, d.SOPInstanceUID = storage, meta.MediaStorageSOPInstanceUID
        d.StudyInstanceUID, d.SeriesInstanceUID = "1.2.3", uid
        d.Modality, d.SeriesDescription, d.InstanceNumber = modality, "made up", SLICES - k
        d.Rows, d.Columns, d.SamplesPerPixel, d.PhotometricInterpretation = ROWS, COLUMNS, 1, "MONOCHROME2"
        d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 12, 11, int(signed)
        d.PixelSpacing, d.SliceThickness = ["0.8", "1.25"], "3"
        d.ImageOrientationPatient = [f"{v:.8f}" for v in [*x, *y]]
        d.ImagePositionPatient = [f"{v:.8f}" for v in np.array([-30.5, 12.25, 101.0]) + 2.5 * k * n]
        d.RescaleSlope, d.RescaleIntercept = f"{1 + 0.37 * k:.2f}", f"{-1024 + 3 * k}" if signed else "0"
        extra(d)
        low, high = (-2048, 2048) if signed else (0, 4096)
        d.PixelData = rng.integers(low, high, (ROWS, COLUMNS)).astype("<i2").tobytes()
        d.save_as(folder / f"{names[k]}.dcm", enforce_file_format=True)


def positron(d):
    d.Units, d.DecayCorrection = "BQML", "START"
    d.SeriesTime, d.AcquisitionTime, d.PatientWeight = "103000.50", "103500", "72.5"
    tracer = Dataset()
    tracer.RadiopharmaceuticalStartTime = "092530.00"
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = "370500000", "6586.2"
    d.RadiopharmaceuticalInformationSequence = [tracer]


def read(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    reader.SetOutputPixelType(sitk.sitkFloat32)
    return reader.Execute()


def digest(image):
    return {"size": list(image.GetSize()), "spacing": list(image.GetSpacing()), "origin": list(image.GetOrigin()),
            "direction": list(image.GetDirection()), "sum": float(sitk.GetArrayFromImage(image).astype(float).sum())}


write(here / "ct", "dafceb", CTImageStorage, "CT", "1.2.3.1", True, lambda d: None)
write(here / "pet", "bcafde", PositronEmissionTomographyImageStorage, "PT", "1.2.3.2", False, positron)
for name in ["ct", "pet"]:
    image = read(here / name)
    document = digest(image) | {"voxels": [float(v) for v in sitk.GetArrayFromImage(image).ravel()]}
    (here / f"{name}.json").write_text(json.dumps(document) + "\n")
if len(sys.argv) > 1:
    (here / "real.json").write_text(json.dumps(digest(read(sys.argv[1]))) + "\n")
