"""Pages for people: signing in, and what each role sees and does. They ask our own API, in the same process."""
