"""Every rule once, one file per noun."""
