"""Opens the house: settings, the composition root, who is asking, health, figures, logs, pages and the command."""
