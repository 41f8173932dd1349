"""Drawing samples, and what an evaluation leaves in its folder."""
