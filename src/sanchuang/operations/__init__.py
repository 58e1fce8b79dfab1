"""How a site is kept running: its backups, its variables of the environment, its logs, figures and signs of life."""
