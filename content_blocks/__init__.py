"""The reusable pieces: signs, hotspots, contact routes, and the blocks that show them."""
