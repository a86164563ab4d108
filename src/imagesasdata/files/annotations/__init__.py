"""The answers of commercial services about pictures, as rows of one form."""
