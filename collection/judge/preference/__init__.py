"""Models of what people prefer: a picture and its prompt to one number, comparable inside one prompt only."""
