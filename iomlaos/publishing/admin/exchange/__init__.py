"""Tables of content, out and in: CSV and XLSX, columns by stable names, and nothing changed unseen."""
