"""What people send to pages of the approvals room."""
