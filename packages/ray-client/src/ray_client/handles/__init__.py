"""What users hold: references, remote functions, actors."""
