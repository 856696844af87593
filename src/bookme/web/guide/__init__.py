"""The style guide at `/ui/`, in local mode."""
