"""The review room: a page on which curators look at the images and decide about them, and the server behind it."""
