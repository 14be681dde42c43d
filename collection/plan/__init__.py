"""A configuration becomes recipes. Pure: no file, no clock, no chance but the seed."""
