"""What pages of the approvals room show: verdicts, records and forms as values for templates."""
