"""Everything that writes judgement: policies, requests and ballots, gates and their answers."""
