"""What this room tells the rooms below that it has."""
