"""What a second pair of eyes found: each test once failed, and says what must not come back."""
