"""Reads over lineage facts: manifests, and the graph from data to deployment."""
