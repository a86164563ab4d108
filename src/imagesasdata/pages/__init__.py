"""Pages that open from disk, without a server or a network: templates, scripts, how they are filled."""
