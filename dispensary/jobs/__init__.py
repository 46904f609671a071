"""What runs by itself: a table of jobs, a tick once a minute, and a lock that lets one process at a time run them."""
