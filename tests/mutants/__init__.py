"""Wrong versions of the engine, each of which the tests have to notice. `scripts/mutants` tries them."""
