"""What runs inside the sandbox: these files are all of ours that is there."""
