"""SPARQL for strangers: checked before it is parsed, run where it can be stopped, answered in bytes."""
