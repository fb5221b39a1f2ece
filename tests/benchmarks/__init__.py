"""What the figures in the README rest on."""
