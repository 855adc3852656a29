"""Components of our own: drawn in the browser, told by Python."""
