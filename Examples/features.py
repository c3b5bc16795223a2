#!/usr/bin/env python3
"""Writes PyRadiomics' features of cases to a CSV table: features.py OUTPUT.csv BIN_WIDTH CASE IMAGE MASK [CASE IMAGE MASK ...]."""
import csv
import logging
import sys

from radiomics import featureextractor

logging.disable(logging.WARNING)
output, width, rest = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
extractor = featureextractor.RadiomicsFeatureExtractor(binWidth=width)
rows = []
for name, image, mask in zip(rest[0::3], rest[1::3], rest[2::3]):
    features = extractor.execute(image, mask)
    rows.append({"case": name} | {key: value for key, value in features.items() if key.startswith("original_")})
with open(output, "w", newline="") as file:
    writer = csv.DictWriter(file, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
