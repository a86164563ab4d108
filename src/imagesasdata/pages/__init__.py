"""Pages of HTML that open from disk: their templates, with all style and script inside."""
