"""The subcommands of `btb`, one module each; `server/cli.py` names them and imports only the one that is asked for."""
