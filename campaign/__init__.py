"""The product: campaigns, from first draft to what readers see. One room, one Django app."""
