"""What `bench/pages.py` serves beside the product: the same settings with one bare page more."""
