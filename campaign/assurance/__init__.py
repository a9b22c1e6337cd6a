"""What may go out: rules, and what they find."""
