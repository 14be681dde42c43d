"""Commands that plan, generate, import and judge images."""
