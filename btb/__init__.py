"""What is true: the words and rules of the trade. Pure: no input, no output, no clock, no framework."""
