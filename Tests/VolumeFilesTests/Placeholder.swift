import Testing
import VolumeFiles
