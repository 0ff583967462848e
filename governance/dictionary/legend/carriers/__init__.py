"""The files that a legend travels in: beside a file of any kind, in a workbook, in the metadata of a Parquet file. Pure."""
