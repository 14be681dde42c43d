"""Commands that plan, make and judge images."""
