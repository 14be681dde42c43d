"""What picture files say of their making: the texts that tools of many kinds put into them."""
