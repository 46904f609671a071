"""What `make bench` runs: each figure beside the bare database or library doing the same work in the same run."""
