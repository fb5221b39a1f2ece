"""What each question and request does, in plain Python: who may, what happens, in which transaction."""
