"""The publish room: the chosen set becomes numbered tokens with metadata and a provenance hash."""
