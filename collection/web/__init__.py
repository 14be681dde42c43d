"""The review room: a page in which curators go through the images, and what it asks for. Routes call curate/."""
