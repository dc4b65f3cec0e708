"""The command line around the workflow: one file a command."""
