"""What each kind of operation does, one function for each."""
