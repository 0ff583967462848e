"""How numbers are written, where Django's own way is not how people here write them."""
