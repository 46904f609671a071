"""Paper and files: each report reads figures and lays them on a page or a sheet."""
