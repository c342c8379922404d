"""Everything a person can do, done as a person does it; see :mod:`tests.scenarios.registry`."""
