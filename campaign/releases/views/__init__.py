"""What editors see of releases, one module for each part."""
