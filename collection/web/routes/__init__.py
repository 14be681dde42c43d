"""The routes of the review app, a file a subject. They read the request, call curate/ and stages/, and answer."""
