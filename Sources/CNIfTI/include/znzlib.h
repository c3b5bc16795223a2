// libnifti's headers include <znzlib.h>, which Debian keeps one folder down.
#include <nifti/znzlib.h>
