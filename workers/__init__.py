"""The processes that move data along; what is right they ask the domain."""
