"""The official record of a round's meeting (berita acara), as Word and PDF files in Indonesian."""

from ikfs_methods.report.minutes.making import FORMATS, MinutesResult, minutes, write

__all__ = ["FORMATS", "MinutesResult", "minutes", "write"]
