"""What commercial services answer about pictures, as rows of one form."""
