"""The recount: campaigns worked out anew from the archive, in SQL that shares no code with the counting path."""
