"""Statistics over arrays: no tables, no pages. Numbers here may be binary floats; no dose is ever reckoned with them."""
