"""Random histories of requests through the real services, and what they are held against."""
