"""Everything that writes facts: repositories and their mirrors, model versions, and what was verified about them."""
