"""One whole picture of several damaged copies: they are aligned, compared, and each is mended from the others."""
