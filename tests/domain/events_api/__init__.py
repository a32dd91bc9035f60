"""Translation of the Events API dialect: made-up bodies in, our events and answers out."""
