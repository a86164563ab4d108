"""Statistics of measured variables: agreement, validation, audit, corrected regression; arrays only."""
